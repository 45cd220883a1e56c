# expect: POLAR_SYNTAX 2:11
p() if q(), r();
