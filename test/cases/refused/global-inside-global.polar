# expect: POLAR_UNDECLARED 2:44
global { roles = ["a", "b"]; "a" if global "c"; }
