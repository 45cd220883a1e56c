# expect: POLAR_SYNTAX 2:33
resource A { relations = { a: A b: A }; }
