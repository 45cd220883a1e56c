# expect: POLAR_STYLE 3:1
actor User {}
@internal p(u: User) if q(u);
test "t" { setup { q(User{"u"}); } assert p(User{"u"}); }
