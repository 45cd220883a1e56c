# expect: POLAR_DECLARATION 2:14
resource A { role = ["a"]; }
