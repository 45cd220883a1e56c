actor User {}
actor Group {}
resource Repo {}
has_permission(u: User, a: String, r: Repo) if a = "read" and q(u) and not has_permission(u, "ban", r);
has_permission(u: User, a: String, r: Repo) if a in ["ban", "bar"] and b(u, r);
