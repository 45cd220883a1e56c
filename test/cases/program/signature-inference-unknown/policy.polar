actor User {}
actor Group {}
resource Repo {}
p(u: User) if q(u, x) and r(x);
s(y);
