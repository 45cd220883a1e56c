global { roles = ["auditor"]; permissions = ["create_all"]; }
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
  "read" if global "auditor" or global "create_all";
}
