# expect: POLAR_SYNTAX 2:38
resource A { permissions = ["p"]; "p"; }
