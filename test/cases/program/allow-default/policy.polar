actor User {}
actor Group {}
resource Repo {}
has_permission(_: User, "x", _: Repo);
