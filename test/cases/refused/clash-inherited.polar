# expect: POLAR_DECLARATION 3:39
resource A { roles = ["a"]; }
resource B extends A { permissions = ["a"]; }
