# expect: POLAR_DECLARATION 2:47
resource A { roles = ["a"]; permissions = []; roles = ["b"]; }
