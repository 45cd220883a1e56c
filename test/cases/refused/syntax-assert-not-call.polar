# expect: POLAR_SYNTAX 3:19
p("a");
test "t" { assert not p("b"); }
