# `role` and `permission` as free words: any role, any permission on the related thing.
actor User {}
resource Org { roles = ["a", "b"]; permissions = ["p", "q"]; "p" if "a"; "q" if "b"; }
resource Team {
  roles = ["guest", "x"];
  permissions = ["peek", "p", "r"];
  relations = { org: Org, twin: Team, bare: Bare };
  "guest" if role on "org";
  "peek" if permission on "org";
  permission if permission on "twin";
  "x" if role on "bare";
  role if gives(actor, role, resource);
  permission if "guest" and always(permission);
}
resource Bare {}
test "any" {
  setup {
    has_relation(Team{"t"}, "org", Org{"o"});
    has_relation(Team{"u"}, "twin", Team{"t"});
    has_relation(Team{"b"}, "bare", Bare{"bare"});
    has_role(User{"a"}, "a", Org{"o"});
    has_role(User{"b"}, "b", Org{"o"});
    has_permission(User{"direct"}, "zzz", Org{"o"});
    gives(User{"g"}, "x", Team{"t"});
    always("stay");
  }
  assert has_role(u: User, "guest", Team{"t"}) iff u in [User{"a"}, User{"b"}];
  assert allow(u: User, "peek", Team{"t"}) iff u in [User{"a"}, User{"b"}, User{"direct"}];
  assert allow(User{"a"}, p: String, Team{"u"}) iff p in ["peek", "stay"];
  assert allow(User{"direct"}, p: String, Team{"u"}) iff p in ["peek"];
  assert allow(User{"b"}, p: String, Team{"t"}) iff p in ["peek", "stay"];
  assert has_role(User{"g"}, r: String, Team{"t"}) iff r in ["x"];
  assert_not has_role(User{"g"}, "x", Team{"b"});
  assert_not allow(User{"g"}, "peek", Team{"t"});
  assert allow(User{"direct"}, "zzz", Org{"o"});
  assert has_role(u: User, "x", Team{"b"}) iff u in [];
}
