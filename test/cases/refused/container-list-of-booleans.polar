# expect: POLAR_DECLARATION 2:34
resource A { permissions = ["x", true]; }
