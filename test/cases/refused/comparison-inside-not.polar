# expect: POLAR_TYPE 2:30
p(x: String) if q(x) and not x > 3;
