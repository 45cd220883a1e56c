actor User {}
actor Group {}
resource Repo {}
p(x, y) if q(x) and r(y);
q(u: User);
