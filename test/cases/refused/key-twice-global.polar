# expect: POLAR_DECLARATION 2:25
global { roles = ["a"]; roles = ["b"]; }
