# expect: POLAR_TYPE 3:22
actor U {}
p(x: Integer) if x > U{"5"};
