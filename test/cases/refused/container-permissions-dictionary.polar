# expect: POLAR_DECLARATION 2:28
resource A { permissions = { a }; }
