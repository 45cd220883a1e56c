resource File extends Container { permissions = ["read"]; relations = { parent: Folder }; "read" if "reader"; "reader" if "reader" on "parent"; }
resource Container { roles = ["reader"]; }
resource Folder extends Container, Archive {}
resource Archive { roles = ["reader"]; }
resource Animate { roles = ["friend"]; }
actor Person extends Animate {}
resource Room { relations = { host: Animate }; roles = ["guest"]; "guest" if "host" or "friend" on "host"; }
