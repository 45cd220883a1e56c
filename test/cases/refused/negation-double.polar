# expect: POLAR_NEGATION 2:34
p(x: String) if q(x) and not not p(x);
