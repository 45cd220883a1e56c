# expect: POLAR_DECLARATION 2:23
resource A { roles = [a]; }
