actor User {}
actor Group {}
resource Repo {}
p(u: User, r: Repo) if q(u) and not member_role(r, _role);
