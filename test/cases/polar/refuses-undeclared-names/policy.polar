resource Repo {
  roles = ["reader", "writer"];
  "raeder" if "wirter";
  "something" if "else";
  other if "reader";
  12 if "reader";
}
