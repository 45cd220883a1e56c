# expect: POLAR_STYLE 4:6
actor User {}
p(u: User) if q(u);
test "setup only" { setup { q(User{"u"}); } }
