# expect: POLAR_TYPE 2:37
p() if q(x) and x in ["5", "6"] and x < 6;
