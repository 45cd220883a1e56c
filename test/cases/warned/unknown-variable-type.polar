# expect: POLAR_TYPE 3:20
actor User {}
p(u: User) if q(u, x) and r(x);
test "t" { setup { q(User{"u"}, "a"); r("a"); } assert p(User{"u"}); }
