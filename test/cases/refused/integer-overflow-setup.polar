# expect: POLAR_LITERAL 3:22
p(x: Integer) if q(x);
test "t" { setup { q(99999999999999999999); } assert p(1); }
