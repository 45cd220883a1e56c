# expect: POLAR_EXTENDS 2:20
resource A extends A {}
