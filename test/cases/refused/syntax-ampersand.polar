# expect: POLAR_SYNTAX 2:12
p() if q() && r();
