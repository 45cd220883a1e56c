# expect: POLAR_SYNTAX 2:25
p(x: String) if x = "a" = "b";
