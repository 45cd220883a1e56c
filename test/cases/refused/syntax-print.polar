# expect: POLAR_SYNTAX 2:40
p(x: String) if print("a", x) and debug;
