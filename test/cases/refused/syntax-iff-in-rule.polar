# expect: POLAR_SYNTAX 2:14
p(x: String) iff q(x);
