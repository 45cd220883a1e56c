# expect: POLAR_SYNTAX 3:26
p("a");
test "t" { assert p("a") and p("b"); }
