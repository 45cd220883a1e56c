# expect: POLAR_DECLARATION 2:32
actor A { permissions = ["a"]; permissions = ["a"]; }
