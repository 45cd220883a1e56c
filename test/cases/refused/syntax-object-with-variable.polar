# expect: POLAR_SYNTAX 3:24
actor User {}
p(x: String) if q(User{x});
