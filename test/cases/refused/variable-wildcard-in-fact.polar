# expect: POLAR_VARIABLE 3:22
p(x: String) if q(x);
test "t" { setup { q(_); } assert p("a"); }
