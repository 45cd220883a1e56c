# expect: POLAR_SYNTAX 2:23
p(x) if x matches User{name: "a"};
