# expect: POLAR_SYNTAX 2:22
p(x: String) if x in "abc";
