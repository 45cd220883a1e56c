# expect: POLAR_STYLE 4:41
actor User {}
declare score(User, String);
p(u: User) if score(u, s) and s < 5 and zz matches User;
test "t" { setup { score(User{"a"}, 4); score(User{"b"}, "4"); } assert p(u: User) iff u in [User{"a"}]; }
