# expect: POLAR_SYNTAX 2:29
p(x: String) if q(x) and cut;
