# expect: POLAR_TEST 3:37
p(1);
test "t" { assert p(x: Integer) iff x < 5; }
