resource Repo {
  "a";
}
