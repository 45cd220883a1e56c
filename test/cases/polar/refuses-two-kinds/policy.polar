actor User {}
resource Repo {
  roles = ["a", "b", "b"];
  permissions = ["a"];
  relations = { b: User, c: User, c: Repo };
}
