# expect: POLAR_TEST 3:19
p("a");
test "t" { assert p(_) iff x in ["a"]; }
