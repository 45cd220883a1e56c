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
  "read" if "list" on "folder";
}
