# expect: POLAR_STYLE 3:3
actor User {}
p(User{1});
test "t" { assert p(User{"1"}); assert p(User{1}); assert p(u: User) iff u in [User{"1"}]; }
