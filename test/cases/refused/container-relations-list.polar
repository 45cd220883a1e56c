# expect: POLAR_DECLARATION 2:26
resource A { relations = ["a"]; }
