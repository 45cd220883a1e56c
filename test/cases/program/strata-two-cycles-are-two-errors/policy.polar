actor User {}
actor Group {}
resource Repo {}
p(u: User) if q(u) and not p(u);
r(u: User) if q(u) and not s(u);
s(u: User) if q(u) and not r(u);
