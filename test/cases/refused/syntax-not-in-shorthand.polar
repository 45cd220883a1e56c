# expect: POLAR_SYNTAX 2:57
resource A { roles = ["r"]; permissions = ["p"]; "p" if not "r"; }
