# expect: POLAR_NEGATION 2:30
p(x: String) if q(x) and not p(x);
