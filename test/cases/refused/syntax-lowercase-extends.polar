# expect: POLAR_SYNTAX 2:12
resource A extend B {}
