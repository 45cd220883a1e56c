# expect: POLAR_UNDECLARED 3:43
global { roles = ["a"]; }
resource A { roles = ["r"]; "r" if global a; }
