# expect: POLAR_TEST 3:41
p(1);
test "t" { assert p(x: Integer) iff x = y; }
