# expect: POLAR_TEST 3:19
p("a");
test "t" { assert p("a") iff x in ["a"]; }
