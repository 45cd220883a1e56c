actor User {}
actor Group {}
resource Repo {}
p(u: User) if a(u) or true;
p(u: User) if false and dead(u);
p(u: User) if (false or b(u)) and true;
