# expect: POLAR_UNDECLARED 2:29
resource A { roles = ["a"]; A{"x"} if "a"; }
