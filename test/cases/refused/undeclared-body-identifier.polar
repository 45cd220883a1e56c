# expect: POLAR_UNDECLARED 2:41
resource A { roles = ["a", "b"]; "a" if b; }
