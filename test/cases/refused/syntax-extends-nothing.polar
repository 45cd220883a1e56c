# expect: POLAR_SYNTAX 2:20
resource A extends {}
