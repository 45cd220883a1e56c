# expect: POLAR_SYNTAX 3:24
global { roles = ["a"]; }
p(x: String) if global "a";
