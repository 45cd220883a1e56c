# expect: POLAR_VARIABLE 3:22
p(t: Integer) if q(t);
test "t" { setup { q(@current_unix_time); } assert p(1); }
