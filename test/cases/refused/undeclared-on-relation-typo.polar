# expect: POLAR_UNDECLARED 2:70
resource A { roles = ["a"]; relations = { parent: A }; "a" if "a" on "parnet"; }
