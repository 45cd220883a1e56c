# expect: POLAR_SYNTAX 2:13
p(x: String,) if q(x);
