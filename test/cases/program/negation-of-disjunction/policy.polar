actor User {}
actor Group {}
resource Repo {}
p(u: User) if q(u) and not (a(u) or b(u, _x) and c(_x));
