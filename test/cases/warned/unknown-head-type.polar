# expect: POLAR_TYPE 3:3
actor User {}
p(x, u: User) if q(x, u);
test "t" { setup { q(1, User{"u"}); q(User{"v"}, User{"u"}); } assert p(1, User{"u"}); assert p(User{"v"}, User{"u"}); }
