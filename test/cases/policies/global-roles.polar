actor User {}
global {
  roles = ["staff", "auditor", "superadmin"];
  permissions = ["create_org", "read_logs"];
  "staff" if "superadmin";
  "auditor" if "superadmin";
  "create_org" if "staff";
  "read_logs" if "auditor" or is_on_call(actor);
}
resource Org {
  roles = ["member"];
  permissions = ["read", "audit", "destroy", "support"];
  "member" if global "superadmin";
  "read" if "member" or global "staff";
  "audit" if global "auditor" and is_audited(resource);
  "destroy" if global "superadmin";
  "support" if global "create_org" and "member";
}
test "global roles" {
  setup {
    has_role(User{"sue"}, "superadmin");
    has_role(User{"stan"}, "staff");
    has_role(User{"aud"}, "auditor");
    has_role(User{"mem"}, "member", Org{"o1"});
    is_audited(Org{"o2"});
    is_on_call(User{"mem"});
  }
  assert has_role(User{"sue"}, r: String) iff r in ["superadmin", "staff", "auditor"];
  assert has_role(u: User, "staff") iff u in [User{"sue"}, User{"stan"}];
  assert has_permission(u: User, "create_org") iff u in [User{"sue"}, User{"stan"}];
  assert has_permission(u: User, "read_logs") iff u in [User{"sue"}, User{"aud"}, User{"mem"}];
  assert has_permission(User{"mem"}, p: String) iff p in ["read_logs"];
  assert allow(User{"sue"}, "destroy", Org{"any"});
  assert allow(User{"sue"}, "support", Org{"any"});
  assert allow(User{"stan"}, "read", Org{"any"});
  assert_not allow(User{"stan"}, "support", Org{"o1"});
  assert allow(User{"aud"}, "audit", o: Org) iff o in [Org{"o2"}];
  assert_not allow(User{"aud"}, "read", Org{"o2"});
  assert allow(u: User, "read", Org{"o1"}) iff u in [User{"sue"}, User{"stan"}, User{"mem"}];
  assert has_role(User{"sue"}, "member", Org{"any"});
  assert_not has_role(User{"mem"}, "member");
  assert_not has_role(User{"mem"}, "member", Org{"o2"});
}
