actor User {}
actor Group {}
resource Repo {}
p(u: User) if q(u) and not p(u);
