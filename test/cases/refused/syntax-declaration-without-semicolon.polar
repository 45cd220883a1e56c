# expect: POLAR_SYNTAX 2:28
resource A { roles = ["x"] permissions = ["y"]; }
