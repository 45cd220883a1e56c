actor User {}
actor Group {}
resource Repo {}
p(u: User) if q(u) and not false;
p(u: User) if q(u) and not true;
p(u: User) if q(u) and not (r(u, z) and z matches User and z matches Repo);
