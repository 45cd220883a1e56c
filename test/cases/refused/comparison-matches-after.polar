# expect: POLAR_TYPE 3:24
actor U {}
p(x: U) if q(x, y) and y > 3 and y matches Boolean;
