# expect: POLAR_DECLARATION 3:34
resource B {}
resource A { relations = { a: A, a: B }; }
