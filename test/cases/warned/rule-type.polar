# expect: POLAR_STYLE 3:1
actor User {}
type p(u: User);
p(u: User) if q(u);
