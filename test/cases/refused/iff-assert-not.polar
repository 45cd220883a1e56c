# expect: POLAR_TEST 3:41
p(1);
test "t" { assert_not p(x: Integer) iff x in [1]; }
