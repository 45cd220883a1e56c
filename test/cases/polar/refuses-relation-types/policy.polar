resource Repo {
  relations = { a: Rpeo, b: Nothing, c: String, d: Actor };
  roles = ["x"];
  "x" if "y" on "b";
}
