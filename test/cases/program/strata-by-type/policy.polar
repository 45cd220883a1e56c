actor User {}
actor Group {}
resource Repo {}
has_role(u: User, "m", r: Repo) if g matches Group and in_group(u, g) and not has_role(g, "m", r);
has_role(g: Group, "m", r: Repo) if granted(g, r);
