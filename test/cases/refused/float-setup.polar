# expect: POLAR_LITERAL 3:22
p(x: Integer) if q(x);
test "t" { setup { q(1.0); } assert p(1); }
