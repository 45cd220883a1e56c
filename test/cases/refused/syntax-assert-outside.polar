# expect: POLAR_SYNTAX 3:1
p("a");
assert p("a");
