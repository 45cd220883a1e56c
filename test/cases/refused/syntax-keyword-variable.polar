# expect: POLAR_SYNTAX 2:3
p(in: String) if q(in);
