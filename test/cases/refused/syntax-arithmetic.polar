# expect: POLAR_SYNTAX 2:33
p(x: Integer) if q(y) and x = y + 1;
