# expect: POLAR_UNDECLARED 2:29
resource A { roles = ["a"]; 1 if "a"; }
