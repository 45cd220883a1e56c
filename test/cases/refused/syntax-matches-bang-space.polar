# expect: POLAR_SYNTAX 3:25
actor User {}
p(x: User) if x matches ! User;
