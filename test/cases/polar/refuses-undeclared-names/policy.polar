resource Repo {
  roles = ["reader", "writer"];
  "raeder" if "wirter";
  "something" if "else";
  other if "reader";
  User{"x"} if "reader";
}
