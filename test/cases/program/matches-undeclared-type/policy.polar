actor User {}
actor Group {}
resource Repo {}
p(u: User) if role matches Role and q(u, role);
