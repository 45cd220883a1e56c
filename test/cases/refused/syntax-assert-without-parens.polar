# expect: POLAR_SYNTAX 3:21
p("a");
test "t" { assert p "a"; }
