# expect: POLAR_TYPE 2:26
p(x: String) if q(x) and x < 5;
