# expect: POLAR_DECLARATION 3:29
resource A { roles = ["a"]; }
resource A { permissions = ["a"]; }
