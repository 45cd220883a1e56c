# expect: POLAR_EXTENDS 2:20
resource A extends B {}
resource B extends C {}
resource C extends A {}
