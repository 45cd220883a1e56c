# expect: POLAR_TYPE 3:18
actor U {}
p(x: U, y: U) if x < y;
