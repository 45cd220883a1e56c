actor User {}
actor Group {}
resource Repo {}
p(u: User) if q(u) and not (a(u, x) or b(u, x));
p(u: User) if q(u) and not a(u, x) and not b(u, x);
