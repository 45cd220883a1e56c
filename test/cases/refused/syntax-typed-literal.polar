# expect: POLAR_SYNTAX 2:6
p("a": String);
