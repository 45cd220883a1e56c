# expect: POLAR_SYNTAX 2:26
p(x: Integer) if (x < 1) = true;
