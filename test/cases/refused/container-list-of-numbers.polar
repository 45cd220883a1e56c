# expect: POLAR_DECLARATION 2:28
resource A { roles = ["a", 1]; }
