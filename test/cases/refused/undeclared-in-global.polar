# expect: POLAR_UNDECLARED 2:32
global { roles = ["a"]; "a" if "b"; }
