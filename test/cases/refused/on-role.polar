# expect: POLAR_UNDECLARED 2:48
resource A { roles = ["a", "b"]; "a" if "a" on "b"; }
