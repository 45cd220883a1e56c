# expect: POLAR_STYLE 3:23
actor User {}
p(u: User) if q(u) or r(u) and s(u);
test "t" { setup { q(User{"1"}); r(User{"2"}); s(User{"3"}); r(User{"4"}); s(User{"4"}); } assert p(u: User) iff u in [User{"1"}, User{"4"}]; }
