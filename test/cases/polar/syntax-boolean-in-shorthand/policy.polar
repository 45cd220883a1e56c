resource Repo {
  roles = ["a"];
  "a" if true;
}
