# Everyone is a global user, global users read every org; others have more.
actor User {}
global { roles = ["user"]; }
has_role(_: User, "user");
resource Org { roles = ["admin", "member"]; permissions = ["read", "delete"]; "read" if global "user"; "delete" if "admin"; "member" if "admin"; }
resource Repo { relations = { org: Org }; permissions = ["read"]; "read" if "member" on "org"; }
test "everyone" {
  setup {
    has_role(User{"bob"}, "admin", Org{"acme"});
    has_role(User{"alice"}, "member", Org{"acme"});
    has_relation(Repo{"anvil"}, "org", Org{"acme"});
  }
  assert allow(User{"nobody"}, a: String, Org{"acme"}) iff a in ["read"];
  assert allow(User{"bob"}, a: String, Org{"acme"}) iff a in ["read", "delete"];
  assert allow(User{"bob"}, "delete", o: Org) iff o in [Org{"acme"}];
  assert allow(User{"bob"}, "read", r: Repo) iff r in [Repo{"anvil"}];
  assert allow(u: User, "read", Repo{"anvil"}) iff u in [User{"bob"}, User{"alice"}];
  assert allow(u: User, "read", Org{"new"});
  assert_not allow(User{"nobody"}, "read", Repo{"anvil"});
}
