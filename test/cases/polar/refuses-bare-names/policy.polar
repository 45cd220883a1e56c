actor User {}
resource Repo {
  roles = ["reader", "writer"];
  "reader" if writer;
  role if role;
  "writer" if "reader" on writer;
}
