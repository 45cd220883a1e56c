# expect: POLAR_DECLARATION 3:28
actor A { roles = ["a"]; }
resource A { relations = { a: A }; }
