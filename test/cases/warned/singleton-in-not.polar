# expect: POLAR_STYLE 3:33
actor User {}
p(u: User) if q(u) and not r(u, other);
declare r(User, String);
