# expect: POLAR_SYNTAX 2:19
p(x: String) if q([x]);
