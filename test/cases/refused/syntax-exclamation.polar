# expect: POLAR_SYNTAX 2:8
p() if !q();
