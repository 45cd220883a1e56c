# expect: POLAR_SYNTAX 3:6
p("a");
test { assert p("a"); }
