# expect: POLAR_LITERAL 3:22
p(x: String) if q(x);
test "t" { setup { q(""); } assert p("a"); }
