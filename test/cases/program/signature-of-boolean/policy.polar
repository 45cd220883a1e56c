actor User {}
actor Group {}
resource Repo {}
p(r: Repo) if is_public(r, true);
