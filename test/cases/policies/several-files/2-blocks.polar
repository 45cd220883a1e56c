resource Wiki { roles = ["reader"]; permissions = ["read", "write"]; "read" if "reader"; "write" if global "root"; }
global { roles = ["root"]; }
has_role(User{"root"}, "root");
