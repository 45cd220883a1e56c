resource Repo {
  roles = ["a"];
  roles = ["b"];
}
