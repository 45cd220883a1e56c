# expect: POLAR_SYNTAX 3:32
p("a");
test "t" { assert p(x: String) if x in ["a"]; }
