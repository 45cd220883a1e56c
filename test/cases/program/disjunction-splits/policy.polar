actor User {}
actor Group {}
resource Repo {}
p(u: User) if (a(u) or b(u)) and (c(u) or d(u) and e(u));
