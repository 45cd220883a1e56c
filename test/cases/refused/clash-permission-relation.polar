# expect: POLAR_DECLARATION 2:49
resource A { permissions = ["a"]; relations = { a: A }; }
