# expect: POLAR_SYNTAX 2:8
global Things { roles = ["a"]; }
