# expect: POLAR_SYNTAX 3:35
p("a");
test "t" { assert p(x: String) iff; }
