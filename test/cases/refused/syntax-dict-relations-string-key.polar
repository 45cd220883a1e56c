# expect: POLAR_SYNTAX 2:28
resource A { relations = { "b": A }; }
