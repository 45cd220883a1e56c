# expect: POLAR_LITERAL 2:3
p(.5);
