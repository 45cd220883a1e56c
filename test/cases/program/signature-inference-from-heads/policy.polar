actor User {}
actor Group {}
resource Repo {}
grants(_: Group, "read", _: Repo);
p(u: User, a: String, r: Repo) if grants(g, a, r) and in_group(u, g);
