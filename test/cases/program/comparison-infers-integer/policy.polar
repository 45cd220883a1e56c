actor User {}
actor Group {}
resource Repo {}
p(u: User) if risk(u, s) and s < 50 and used(u, n) and quota(u, m) and n <= m;
