actor User {}
actor Group {}
resource Repo {}
p(u: User, s: String) if q(u, s) and s < 50;
p(u: User) if q(u, x) and x = "a" and 3 >= x;
p(u: User) if u < 5;
p(u: User) if not (n matches Repo and w(n) and n > 1);
