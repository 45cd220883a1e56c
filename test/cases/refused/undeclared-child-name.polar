# expect: POLAR_UNDECLARED 2:36
resource A { roles = ["a"]; "a" if "b"; }
resource B extends A { roles = ["b"]; }
