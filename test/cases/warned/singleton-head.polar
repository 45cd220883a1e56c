# expect: POLAR_STYLE 3:12
actor User {}
p(u: User, v: User) if q(u);
