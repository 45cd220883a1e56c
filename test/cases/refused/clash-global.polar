# expect: POLAR_DECLARATION 2:40
global { roles = ["a"]; permissions = ["a"]; }
