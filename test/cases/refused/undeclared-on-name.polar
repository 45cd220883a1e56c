# expect: POLAR_UNDECLARED 2:58
resource A { roles = ["a"]; relations = { b: B }; "a" if "x" on "b"; }
resource B { roles = ["y"]; }
