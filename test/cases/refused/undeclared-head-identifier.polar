# expect: POLAR_UNDECLARED 2:34
resource A { roles = ["a", "b"]; a if "b"; }
