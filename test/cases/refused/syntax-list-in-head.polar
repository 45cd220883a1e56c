# expect: POLAR_SYNTAX 2:3
p([1, 2]);
