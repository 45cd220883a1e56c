# expect: POLAR_SYNTAX 3:29
actor User {}
p(x: User) if x matches User{"a"};
