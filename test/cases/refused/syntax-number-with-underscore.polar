# expect: POLAR_SYNTAX 2:4
p(1_000);
