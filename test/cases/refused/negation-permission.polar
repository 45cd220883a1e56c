# expect: POLAR_NEGATION 4:64
actor U {}
resource A { permissions = ["read", "write"]; "read" if "write"; }
has_permission(u: U, "write", a: A) if is_member(u, a) and not has_permission(u, "read", a);
