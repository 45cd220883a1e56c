# Roles of one organization, each including the one before.
actor User {}

resource Organization {
  roles = ["viewer", "member", "billing", "admin", "owner",]; # trailing comma
  permissions = ["view", "invite", "pay", "rename", "delete"];

  "viewer" if "member";
  "member" if "admin";
  "billing" if "owner";
  "admin" if "owner";

  "view" if "viewer";
  "invite" if "member";
  "pay" if "billing";
  "rename" if "admin";
  "delete" if "owner";
}

test "an owner can do everything" {
  setup { has_role(User{"olga"}, "owner", Organization{"acme"}); }
  assert allow(User{"olga"}, "view", Organization{"acme"});
  assert allow(User{"olga"}, "invite", Organization{"acme"});
  assert allow(User{"olga"}, "pay", Organization{"acme"});
  assert allow(User{"olga"}, "rename", Organization{"acme"});
  assert allow(User{"olga"}, "delete", Organization{"acme"});
  assert_not allow(User{"olga"}, "delete", Organization{"globex"});
  assert has_role(User{"olga"}, role: String, Organization{"acme"}) iff role in ["owner", "admin", "member", "viewer", "billing"];
}

test "a billing clerk is no member" {
  setup { has_role(User{"bill"}, "billing", Organization{"acme"}); }
  assert has_permission(User{"bill"}, p: String, Organization{"acme"}) iff p in ["pay"];
  assert_not has_role(User{"bill"}, "viewer", Organization{"acme"});
  assert_not allow(User{"bill"}, "view", Organization{"acme"});
}

test "roles of several users" {
  setup {
    has_role(User{"a"}, "admin", Organization{"acme"});
    has_role(User{"m"}, "member", Organization{"acme"});
    has_role(User{"v"}, "viewer", Organization{"acme"});
    has_role(User{"v"}, "owner", Organization{"globex"});
  }
  assert allow(u: User, "view", Organization{"acme"}) iff u in [User{"v"}, User{"a"}, User{"m"}, User{"a"}];
  assert allow(u: User, "rename", Organization{"acme"}) iff u in [User{"a"}];
  assert allow(u: User, "rename", Organization{"acme"}) iff u = User{"a"};
  assert allow(u: User, "delete", Organization{"acme"}) iff u in [];
  assert allow(User{"v"}, "view", o: Organization) iff o in [Organization{"acme"}, Organization{"globex"}];
  assert_not has_role(User{"A"}, "admin", Organization{"acme"});
  assert_not has_role(User{"a"}, "Admin", Organization{"acme"});
}
