actor User {}
actor Group {}
resource Repo {}
has_permission(u: User, "read", r: Repo) if a(u) and not has_permission(u, "ban", r);
has_permission(u: User, "ban", r: Repo) if b(u, r);
