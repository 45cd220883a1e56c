actor User {}
actor Group {}
resource Repo {}
p(x: Actor) if x matches User and y matches Repo and q(x, y);
p(x) if (x matches User or x matches Repo) and r(x);
