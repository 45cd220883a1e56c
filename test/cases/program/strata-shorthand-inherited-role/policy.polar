actor User {}
resource Folder {
  roles = ["member", "banned"];
  permissions = ["read"];
  relations = { parent: Folder };
  role if role on "parent";
}
has_role(u: User, "member", f: Folder) if invited(u, f) and not has_role(u, "banned", f);
