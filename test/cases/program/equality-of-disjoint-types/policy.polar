actor User {}
actor Group {}
resource Repo {}
p(u: User) if u = Repo{"a"};
p(u: User) if g matches Group and u = g and q(g);
p(u: User) if x in ["a"] and x in [1] and r(x);
