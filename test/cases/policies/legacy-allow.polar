# The explicit allow of old policies, untyped, is the same as none.
allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
resource Doc { roles = ["owner"]; permissions = ["read"]; "read" if "owner"; "read" if "owner" on resource; }
has_permission(_: User, "create", "Doc");
test "allow" {
  setup { has_role(User{"o"}, "owner", Doc{"d"}); has_permission(User{"p"}, "read", Doc{"d"}); }
  assert allow(u: User, "read", Doc{"d"}) iff u in [User{"o"}, User{"p"}];
  assert allow(User{"x"}, "create", "Doc");
  assert_not allow(User{"x"}, "read", Doc{"d"});
  assert allow(User{"o"}, d: String, Doc{"d"}) iff d in ["read"];
}
