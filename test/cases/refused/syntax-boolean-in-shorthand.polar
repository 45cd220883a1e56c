# expect: POLAR_SYNTAX 2:42
resource A { permissions = ["p"]; "p" if true; }
