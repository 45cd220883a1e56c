actor User {}
actor Group {}
resource Repo {}
allow(u: User, "x") if q(u);
