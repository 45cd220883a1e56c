# An explicit allow replaces the default; other arities do not.
actor User {}
resource Doc { roles = ["owner"]; permissions = ["read", "write"]; "read" if "owner"; "write" if "owner"; }
allow(user: User, "read", doc: Doc) if has_permission(user, "read", doc);
allow(user: User, action: String, _: Doc) if is_root(user) and action != "write";
allow(user: User, action: String) if may(user, action);
test "allow" {
  setup { has_role(User{"o"}, "owner", Doc{"d"}); is_root(User{"r"}); may(User{"m"}, "login"); }
  assert allow(User{"o"}, "read", Doc{"d"});
  assert_not allow(User{"o"}, "write", Doc{"d"});
  assert has_permission(User{"o"}, "write", Doc{"d"});
  assert allow(User{"r"}, "anything", Doc{"any"});
  assert_not allow(User{"r"}, "write", Doc{"any"});
  assert allow(User{"m"}, "login");
  assert_not allow(User{"m"}, "login", Doc{"d"});
  assert allow(User{"o"}, a: String, Doc{"d"}) iff a in ["read"];
  assert_not allow(User{"o"}, "read", "Doc");
}
