# expect: POLAR_SYNTAX 2:16
p() if q() and and r();
