# Support staff act as a user; the rule of allow is replaced, so the default is written out again.
actor User { permissions = ["impersonate"]; }
global { roles = ["support"]; }
resource Account {
  roles = ["owner"];
  permissions = ["read", "close"];
  "read" if "owner";
  "close" if "owner";
}
has_permission(user: User, "impersonate", _: User) if has_role(user, "support");
allow(user: User, action: String, resource: Resource) if has_permission(user, action, resource);
allow(user: User, action: String, resource: Resource) if
  other matches User and
  is_impersonating(user, other) and
  has_permission(user, "impersonate", other) and
  has_permission(other, action, resource) and
  action != "close";
test "support sees what the customer sees" {
  setup {
    has_role(User{"sup"}, "support");
    has_role(User{"cust"}, "owner", Account{"a"});
    has_role(User{"cust2"}, "owner", Account{"b"});
    is_impersonating(User{"sup"}, User{"cust"});
    is_impersonating(User{"fake"}, User{"cust"});
  }
  assert allow(User{"sup"}, "read", Account{"a"});
  assert_not allow(User{"sup"}, "close", Account{"a"});
  assert_not allow(User{"sup"}, "read", Account{"b"});
  assert_not allow(User{"fake"}, "read", Account{"a"});
  assert allow(User{"cust"}, "close", Account{"a"});
  assert allow(u: User, "read", Account{"a"}) iff u in [User{"sup"}, User{"cust"}];
  assert allow(User{"sup"}, "impersonate", User{"cust2"});
  assert_not allow(User{"cust"}, "impersonate", User{"sup"});
  assert allow(User{"sup"}, "read", a: Account) iff a in [Account{"a"}];
  assert_not has_permission(User{"sup"}, "read", Account{"a"});
}
test "an impersonated impersonator gives nothing twice" {
  setup {
    has_role(User{"s1"}, "support");
    has_role(User{"s2"}, "support");
    has_role(User{"c"}, "owner", Account{"a"});
    is_impersonating(User{"s1"}, User{"s2"});
    is_impersonating(User{"s2"}, User{"c"});
  }
  assert allow(User{"s2"}, "read", Account{"a"});
  assert_not allow(User{"s1"}, "read", Account{"a"});
}
