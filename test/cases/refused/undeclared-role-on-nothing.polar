# expect: POLAR_UNDECLARED 2:45
resource A { roles = ["a"]; role if role on "parent"; }
