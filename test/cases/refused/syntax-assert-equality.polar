# expect: POLAR_SYNTAX 2:19
test "t" { assert 1 = 1; }
