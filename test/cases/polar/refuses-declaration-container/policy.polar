resource Repo {
  roles = { a: Repo };
  permissions = {};
  relations = ["parent"];
}
