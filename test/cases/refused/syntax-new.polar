# expect: POLAR_SYNTAX 2:17
p(x) if x = new User("a");
