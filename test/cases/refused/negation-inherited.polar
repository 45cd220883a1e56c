# expect: POLAR_NEGATION 5:46
actor U {}
resource A { roles = ["r"]; }
resource B extends A {}
has_role(u: U, "r", a: A) if l(u, a) and not blocked(u, a);
blocked(u: U, b: B) if has_role(u, "r", b);
