# expect: POLAR_DECLARATION 2:43
resource A { roles = ["a"]; relations = { a: A }; }
