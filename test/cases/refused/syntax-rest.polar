# expect: POLAR_SYNTAX 2:3
p([x, *rest]) if q(x);
