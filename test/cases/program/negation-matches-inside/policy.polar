actor User {}
actor Group {}
resource Repo {}
p(x: Actor) if q(x) and not x matches User;
p(x: Actor) if q(x) and not (x matches User and banned(x));
p(x: Actor) if q(x) and not (g matches Group and in_group(x, g));
