# expect: POLAR_NEGATION 4:75
actor U {}
resource A { permissions = ["read"]; }
has_permission(u: U, action: String, a: A) if wants(u, action, a) and not has_permission(u, "blocked", a);
