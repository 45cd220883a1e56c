actor User {}
actor Group {}
resource Repo {}
p(x: User) if x matches Repo and q(x);
p(x: User) if a(x) or x matches Group and b(x);
p(x: User) if x matches! Actor;
