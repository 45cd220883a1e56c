# expect: POLAR_SYNTAX 2:19
p(x: Boolean) if x;
