# expect: POLAR_SYNTAX 2:1
if(x: String) if q(x);
