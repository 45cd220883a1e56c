# expect: POLAR_SYNTAX 2:67
resource A { roles = ["r"]; relations = { b: A }; "r" if f(actor) on "b"; }
