# expect: POLAR_DECLARATION 2:44
resource A { roles = ["a"]; permissions = ["a"]; }
