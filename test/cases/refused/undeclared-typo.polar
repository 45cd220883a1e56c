# expect: POLAR_UNDECLARED 2:68
resource A { roles = ["member"]; permissions = ["read"]; "read" if "memebr"; }
