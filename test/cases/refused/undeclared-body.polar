# expect: POLAR_UNDECLARED 2:48
resource A { permissions = ["read"]; "read" if "member"; }
