# expect: POLAR_TYPE 2:27
p(x: String) if x = y and y > 3;
