# expect: POLAR_TEST 3:43
p(1);
test "t" { assert p(x: Integer) iff x in [y]; }
