# expect: POLAR_TEST 3:23
p("a");
test "t" { assert_not pp("a"); }
