# expect: POLAR_DECLARATION 2:22
resource A { roles = { a: A }; }
