actor User {}
resource Account {
  roles = ["visitor", "member", "admin"];
  permissions = ["read", "update"];
  "visitor" if "member";
  "member" if "admin";
  "read" if "visitor";
  "update" if "member";
}
allow_field(user: User, "read", account: Account, "username") if has_permission(user, "read", account);
allow_field(user: User, "read", account: Account, field: String) if
  has_role(user, "member", account) and field in ["email", "phone"];
allow_field(user: User, action: String, account: Account, _field: String) if
  action in ["read", "update"] and has_role(user, "admin", account);
allow_field(user: User, "update", account: Account, field: String) if
  has_permission(user, "update", account) and is_editable(field);
is_editable("phone");
test "fields" {
  setup {
    has_role(User{"v"}, "visitor", Account{"a"});
    has_role(User{"m"}, "member", Account{"a"});
    has_role(User{"ad"}, "admin", Account{"a"});
  }
  assert allow_field(User{"v"}, "read", Account{"a"}, f: String) iff f in ["username"];
  assert allow_field(User{"m"}, "read", Account{"a"}, f: String) iff f in ["username", "email", "phone"];
  assert allow_field(User{"m"}, "update", Account{"a"}, f: String) iff f in ["phone"];
  assert_not allow_field(User{"v"}, "update", Account{"a"}, "phone");
  assert allow_field(User{"ad"}, "read", Account{"a"}, "anything at all");
  assert allow_field(User{"ad"}, "update", Account{"a"}, "email");
  assert_not allow_field(User{"ad"}, "delete", Account{"a"}, "email");
  assert_not allow_field(User{"ad"}, "read", Account{"b"}, "email");
  assert allow_field(u: User, "read", Account{"a"}, "phone") iff u in [User{"m"}, User{"ad"}];
  assert_not allow_field(User{"m"}, "read", Account{"a"});
  assert allow_field(User{"m"}, a: String, Account{"a"}, "phone") iff a in ["read", "update"];
  assert is_editable(s: String) iff s = "phone";
}
