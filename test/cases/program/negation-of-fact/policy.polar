actor User {}
actor Group {}
resource Repo {}
p(u: User, r: Repo) if q(u, r) and not locked(r);
