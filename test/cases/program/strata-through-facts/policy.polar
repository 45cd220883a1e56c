actor User {}
actor Group {}
resource Repo {}
p(u: User) if q(u) and not r(u);
q(u: User) if s(u) and not t(u);
