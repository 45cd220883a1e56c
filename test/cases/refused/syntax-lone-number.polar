# expect: POLAR_SYNTAX 2:9
p() if 1;
