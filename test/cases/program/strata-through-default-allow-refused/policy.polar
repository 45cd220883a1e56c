actor User {}
actor Group {}
resource Repo {}
has_permission(u: User, "a", r: Repo) if q(u, r) and not allow(u, "b", r);
has_permission(u: User, "b", r: Repo) if has_permission(u, "a", r);
