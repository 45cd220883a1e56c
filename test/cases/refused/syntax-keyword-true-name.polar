# expect: POLAR_SYNTAX 2:7
p(true: Boolean);
