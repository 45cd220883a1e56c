# expect: POLAR_SYNTAX 3:27
p(x: String) if q(x);
test "t" { assert p("a"); setup { q("a"); } }
