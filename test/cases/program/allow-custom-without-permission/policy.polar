actor User {}
actor Group {}
resource Repo {}
allow(u: User, "read", r: Repo) if reads(u, r);
