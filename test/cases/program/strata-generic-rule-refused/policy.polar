actor User {}
actor Group {}
resource Repo {}
has_role(u: User, role: String, r: Repo) if has_role(u, other, r) and implies(other, role);
has_role(g: Actor, "x", r: Repo) if ok(g) and not has_role(g, "y", r);
