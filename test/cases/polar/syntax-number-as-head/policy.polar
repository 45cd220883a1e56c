resource Repo {
  roles = ["a"];
  12 = "a";
}
