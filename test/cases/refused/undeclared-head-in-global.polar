# expect: POLAR_UNDECLARED 2:25
global { roles = ["a"]; "b" if "a"; }
