# expect: POLAR_TYPE 2:22
p(x: Integer) if x < "5";
