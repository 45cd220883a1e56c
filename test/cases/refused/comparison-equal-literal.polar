# expect: POLAR_TYPE 2:20
p() if x = "5" and x < 6;
