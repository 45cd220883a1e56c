# expect: POLAR_LITERAL 2:22
p(x: Integer) if x < 0.5;
