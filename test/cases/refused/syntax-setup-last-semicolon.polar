# expect: POLAR_SYNTAX 3:27
p(x: String) if q(x);
test "t" { setup { q("a") } assert p("a"); }
