# expect: POLAR_SYNTAX 2:30
p(x: Boolean) if q(x) and "a";
