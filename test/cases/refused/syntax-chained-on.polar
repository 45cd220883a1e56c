# expect: POLAR_SYNTAX 2:69
resource A { roles = ["r"]; relations = { b: A }; "r" if "r" on "b" on "b"; }
