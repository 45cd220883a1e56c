# expect: POLAR_FACT 3:20
p(x: String) if q(x);
test "t" { setup { p("a"); } assert p("a"); }
