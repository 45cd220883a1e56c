# expect: POLAR_STYLE 4:3
actor User {}
p(u: User) if not q(u) and not q(_);
p(u: User, w: User) if not q(w);
