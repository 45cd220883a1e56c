# expect: POLAR_UNDECLARED 2:65
resource A { roles = ["a"]; permissions = ["b"]; "a" if role on "b"; }
