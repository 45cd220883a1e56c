# expect: POLAR_SYNTAX 2:24
p(x: Integer) if 1 < x < 3;
