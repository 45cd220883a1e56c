# expect: POLAR_SYNTAX 2:20
p(x: String) if q(x: String);
