actor User {}
actor Group {}
resource Repo {}
p(u: User) if m matches Group and q(u) and not (member(u, m) and not active(m, n) and n matches Integer);
p(u: User) if not not q(u, z);
