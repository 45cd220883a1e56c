# expect: POLAR_UNDECLARED 2:36
resource A { roles = ["a"]; "a" if role; }
