# expect: POLAR_SYNTAX 3:27
p("a");
test "t" { setup { q("a") if p("a"); } assert p("a"); }
