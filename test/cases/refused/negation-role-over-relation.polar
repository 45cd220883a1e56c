# expect: POLAR_NEGATION 4:56
actor U {}
resource F { roles = ["viewer"]; relations = { parent: F }; role if role on "parent"; }
has_role(u: U, "viewer", f: F) if listed(u, f) and not has_role(u, "viewer", f);
