actor User {}
resource Repo { roles = ["reader"]; }
resource Repo { permissions = ["read"]; roles = ["reader", "writer"]; "read" if "reader"; }
