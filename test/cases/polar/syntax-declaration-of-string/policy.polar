resource Repo {
  roles = "a";
}
