# expect: POLAR_TEST 3:37
p(1);
test "t" { assert p(x: Integer) iff x in [1] and x in [1]; }
