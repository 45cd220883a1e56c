# expect: POLAR_SYNTAX 3:8
actor User {}
p(User{});
