# expect: POLAR_SYNTAX 3:26
p(x: String) if q(x);
test "t" { setup { q("a",); } assert p("a"); }
