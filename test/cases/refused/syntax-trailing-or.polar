# expect: POLAR_SYNTAX 2:14
p() if q() or;
