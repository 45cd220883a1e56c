# expect: POLAR_UNKNOWN_TYPE 3:15
actor User {}
p(u: User, r: Rolle) if q(u, r);
