# expect: POLAR_TEST 3:36
p("a");
test "t" { assert p(x: String) iff not x in ["a"]; }
