actor User {}
actor Group {}
resource Repo {}
has_role(u: User, role: String, r: Resource) if g matches Group and in_group(u, g) and has_role(g, role, r);
has_role(g: Actor, "x", r: Repo) if ok(g) and not has_role(g, "y", r);
