# expect: POLAR_TYPE 2:48
p(x: Integer) if q(y) and y matches String and x <= y;
