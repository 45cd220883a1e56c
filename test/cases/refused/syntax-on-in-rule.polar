# expect: POLAR_SYNTAX 2:21
p(x: String) if "a" on "b";
