# expect: POLAR_UNDECLARED 2:61
resource A { roles = ["Admin"]; permissions = ["p"]; "p" if "admin"; }
