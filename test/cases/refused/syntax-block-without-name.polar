# expect: POLAR_SYNTAX 2:10
resource { roles = ["a"]; }
