# expect: POLAR_SYNTAX 3:22
actor User {}
resource A { has_role(u: User, "x", a: A) if q(u, a); }
