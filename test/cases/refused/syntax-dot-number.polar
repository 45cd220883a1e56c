# expect: POLAR_SYNTAX 2:3
p(.5);
