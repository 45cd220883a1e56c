# expect: POLAR_EXTENDS 3:20
actor U {}
resource A extends U {}
