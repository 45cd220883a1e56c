# expect: POLAR_SYNTAX 4:23
actor User {}
p(x: User) if q(x);
test "t" { setup { q(x: User); } assert p(User{"a"}); }
