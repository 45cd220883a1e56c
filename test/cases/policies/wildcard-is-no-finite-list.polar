# Nothing here may be asserted by a list, so the existence of a value is.
actor User {}
resource Org { roles = ["owner"]; permissions = ["read", "delete"]; "read" if "owner"; "delete" if "owner"; }
has_permission(_: User, "read", _: Org);
test "everybody reads" {
  setup { has_role(User{"bob"}, "owner", Org{"acme"}); }
  assert allow(u: User, "read", Org{"acme"});
  assert allow(User{"x"}, "read", o: Org);
  assert allow(u: User, "delete", Org{"acme"}) iff u in [User{"bob"}];
  assert allow(User{"bob"}, "delete", o: Org) iff o in [Org{"acme"}];
  assert allow(User{"x"}, a: String, Org{"acme"}) iff a in ["read"];
  assert allow(User{"bob"}, a: String, Org{"acme"}) iff a in ["read", "delete"];
  assert_not allow(User{"x"}, "delete", o: Org);
  assert_not allow(o: Org, "read", Org{"acme"});
}
