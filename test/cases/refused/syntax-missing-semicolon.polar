# expect: POLAR_SYNTAX 3:1
p("a")
q("b");
