# expect: POLAR_SYNTAX 2:31
p(x: String) if (q(x) and r(x);
