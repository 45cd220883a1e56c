# Customers define roles at run time.
actor User {}
actor Role {}
resource Organization {
  roles = ["admin", "member"];
  permissions = ["read", "invite"];
  "member" if "admin";
  "read" if "member";
  "invite" if "admin";
}
resource Repository {
  permissions = ["read", "write", "delete"];
  relations = { organization: Organization };
  "read" if "member" on "organization";
  "write" if "admin" on "organization";
}
# A custom role is an object: the second argument of has_role is not a String here.
has_permission(actor: Actor, action: String, org: Organization) if
  role matches Role and
  has_role(actor, role, org) and
  grants_permission(role, action);
has_permission(actor: Actor, action: String, repo: Repository) if
  org matches Organization and
  role matches Role and
  has_relation(repo, "organization", org) and
  has_role(actor, role, org) and
  grants_permission(role, action);
# Roles may build on other roles.
grants_permission(role: Role, action: String) if
  base matches Role and
  extends_role(role, base) and
  grants_permission(base, action);

test "custom roles" {
  setup {
    has_role(User{"alice"}, Role{"releaser"}, Organization{"acme"});
    has_role(User{"bob"}, Role{"reader"}, Organization{"acme"});
    has_role(User{"carl"}, "member", Organization{"acme"});
    extends_role(Role{"releaser"}, Role{"reader"});
    grants_permission(Role{"reader"}, "read");
    grants_permission(Role{"releaser"}, "release");
    has_relation(Repository{"r"}, "organization", Organization{"acme"});
  }
  assert allow(User{"alice"}, a: String, Repository{"r"}) iff a in ["read", "release"];
  assert allow(User{"bob"}, a: String, Repository{"r"}) iff a in ["read"];
  assert allow(User{"carl"}, a: String, Repository{"r"}) iff a in ["read"];
  assert_not allow(User{"alice"}, "write", Repository{"r"});
  assert allow(User{"alice"}, "release", Organization{"acme"});
  assert_not allow(User{"alice"}, "release", Organization{"globex"});
  assert grants_permission(r: Role, "read") iff r in [Role{"reader"}, Role{"releaser"}];
  assert has_role(User{"alice"}, r: Role, Organization{"acme"}) iff r in [Role{"releaser"}];
  assert has_role(User{"carl"}, r: String, Organization{"acme"}) iff r in ["member"];
  assert_not has_role(User{"alice"}, "releaser", Organization{"acme"});
  assert_not has_role(User{"carl"}, Role{"member"}, Organization{"acme"});
  assert allow(u: User, "read", Repository{"r"}) iff u in [User{"alice"}, User{"bob"}, User{"carl"}];
}
