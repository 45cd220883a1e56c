# expect: POLAR_SYNTAX 3:6
p("a");
test works { assert p("a"); }
