# expect: POLAR_UNDECLARED 2:43
resource A { roles = ["a"]; "a" if "a" on "b"; }
