actor User {}
actor Group {}
resource Repo {}
p(_: User, "x", u: Repo, u: Repo);
q(User{"root"}, 12, true, -3);
r();
