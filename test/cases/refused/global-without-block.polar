# expect: POLAR_UNDECLARED 2:43
resource A { roles = ["r"]; "r" if global "a"; }
