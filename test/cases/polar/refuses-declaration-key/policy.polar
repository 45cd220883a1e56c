resource Repo {
  role = ["a"];
  things = ["b"];
}
