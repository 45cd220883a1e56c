# expect: POLAR_SYNTAX 2:22
p(t: Integer) if t < @current_time;
