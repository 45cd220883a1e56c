# expect: POLAR_TEST 3:28
p("a");
test "t" { setup { fixture nowhere; } assert p("a"); }
