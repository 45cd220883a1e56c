# expect: POLAR_DECLARATION 2:49
resource A { roles = ["a"]; permissions = ["b", "a"]; }
