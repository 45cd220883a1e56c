# expect: POLAR_EXTENDS 3:23
resource B {}
resource A extends B, C {}
