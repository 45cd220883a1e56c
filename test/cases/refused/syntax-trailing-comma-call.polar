# expect: POLAR_SYNTAX 2:21
p(x: String) if q(x,);
