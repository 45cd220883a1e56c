# expect: POLAR_UNKNOWN_TYPE 3:25
actor User {}
p(u: User) if r matches Role and q(u, r);
test "t" { setup { q(User{"u"}, Role{"r"}); } assert p(User{"u"}); }
