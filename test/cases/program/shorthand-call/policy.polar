actor User {}
resource Folder {
  roles = ["viewer", "editor"];
  permissions = ["list"];
  relations = { parent: Folder, owner: User };
}
resource Doc {
  roles = ["viewer", "editor"];
  permissions = ["read", "write"];
  relations = { folder: Folder, owner: User };
  "read" if is_public(resource) and not_banned(actor) and grant(actor, _, "x");
}
