# expect: POLAR_SYNTAX 2:31
p(x: String) if q(y) and x in y;
