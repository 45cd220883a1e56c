actor User {}
actor Admin extends User {}
p(x: Actor) if x matches! User and q(x);
p(x: Actor) if x matches User and r(x);
p(x: Actor) if not x matches! User and s(x);
