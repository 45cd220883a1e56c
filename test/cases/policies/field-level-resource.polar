# Fields as resources; that every field belongs to every account is a wildcard fact of the policy.
actor User {}
resource Account {
  roles = ["visitor", "admin"];
  permissions = ["read", "update"];
  "visitor" if "admin";
  "read" if "visitor";
  "update" if "admin";
}
resource Field {
  permissions = ["read", "update"];
  relations = { parent: Account };
  "update" if "update" on "parent";
}
has_relation(Field{"username"}, "parent", _: Account);
has_relation(Field{"email"}, "parent", _: Account);
has_permission(user: User, "read", field: Field) if
  account matches Account and
  has_relation(field, "parent", account) and
  has_permission(user, "read", account) and
  field = Field{"username"};
has_permission(user: User, "read", field: Field) if
  account matches Account and
  has_relation(field, "parent", account) and
  has_role(user, "admin", account);
has_permission(u: User, "read_profile", u: User);

test "fields as resources" {
  setup {
    has_role(User{"v"}, "visitor", Account{"a"});
    has_role(User{"ad"}, "admin", Account{"b"});
  }
  assert allow(User{"v"}, "read", f: Field) iff f in [Field{"username"}];
  assert allow(User{"ad"}, "read", f: Field) iff f in [Field{"username"}, Field{"email"}];
  assert allow(User{"ad"}, "update", f: Field) iff f in [Field{"username"}, Field{"email"}];
  assert_not allow(User{"v"}, "update", Field{"username"});
  assert_not allow(User{"ad"}, "read", Field{"phone"});
  assert has_relation(Field{"email"}, "parent", Account{"whatever"});
  assert has_relation(f: Field, "parent", Account{"whatever"}) iff f in [Field{"email"}, Field{"username"}];
  assert has_relation(Field{"email"}, "parent", _);
  assert_not has_relation(Field{"phone"}, "parent", _);
  assert_not has_relation(Field{"email"}, "parent", User{"v"});
  assert allow(User{"v"}, "read_profile", User{"v"});
  assert_not allow(User{"v"}, "read_profile", User{"ad"});
  assert allow(User{"v"}, "read_profile", u: User) iff u in [User{"v"}];
  assert allow(u: User, "read_profile", User{"v"}) iff u = User{"v"};
  assert allow(u: User, "read_profile", u: User);
}
