# expect: POLAR_TEST 3:32
p(x: String, y: String) if q(x, y);
test "t" { assert p(x: String, y: String); }
