# expect: POLAR_UNDECLARED 2:57
resource A { roles = ["a", "b"]; "a" if "b" and ("b" or "c"); }
