# expect: POLAR_TYPE 3:25
actor U {}
p(x: Actor) if q(x) and x >= @current_unix_time;
