resource Repo {
  roles = ["a"]
  permissions = ["b"];
}
