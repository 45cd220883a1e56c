# expect: POLAR_STYLE 3:20
actor User {}
p(u: User) if q(u, thing) and w matches String and r(u, "x");
declare q(User, String);
