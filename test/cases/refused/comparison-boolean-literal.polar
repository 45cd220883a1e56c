# expect: POLAR_TYPE 2:18
p(x: Integer) if true >= x;
