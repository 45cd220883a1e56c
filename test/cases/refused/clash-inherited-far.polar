# expect: POLAR_DECLARATION 4:33
resource A { relations = { a: A }; }
resource B extends A {}
resource C extends B { roles = ["a"]; }
