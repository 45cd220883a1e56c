actor User {}
actor Group {}
resource Repo {}
p(x) if q(x);
q(x) if r(x);
r(x) if s(x) and t(x);
s(_: Actor);
t(_: User);
t(_: Repo);
