# expect: POLAR_SYNTAX 3:25
p("a");
test "t" { assert p("a",); }
