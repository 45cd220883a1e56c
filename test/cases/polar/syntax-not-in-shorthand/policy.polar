resource Repo {
  roles = ["a", "b"];
  "a" if not "b";
}
