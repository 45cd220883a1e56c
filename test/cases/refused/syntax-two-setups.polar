# expect: POLAR_SYNTAX 3:30
p(x: String) if q(x);
test "t" { setup { q("a"); } setup { q("b"); } assert p("a"); }
