# The other spelling: roles of an organization are resources with permissions of their own.
actor User {}
resource Tenant {}
resource Role {
  relations = { tenant: Tenant };
  roles = ["assignee"];
  permissions = ["assign"];
  "assign" if is_admin_of(actor, resource);
}
is_admin_of(user: User, role: Role) if
  tenant matches Tenant and has_relation(role, "tenant", tenant) and is_admin(user, tenant);
resource Invoice { relations = { tenant: Tenant }; permissions = ["read", "void"]; }
has_permission(user: User, action: String, invoice: Invoice) if
  tenant matches Tenant and
  has_relation(invoice, "tenant", tenant) and
  role matches Role and
  has_relation(role, "tenant", tenant) and
  has_role(user, "assignee", role) and
  grants_permission(role, action, "Invoice");

test "roles as resources" {
  setup {
    has_relation(Role{"clerk"}, "tenant", Tenant{"t1"});
    has_relation(Role{"boss"}, "tenant", Tenant{"t2"});
    has_relation(Invoice{"i1"}, "tenant", Tenant{"t1"});
    has_relation(Invoice{"i2"}, "tenant", Tenant{"t2"});
    has_role(User{"c"}, "assignee", Role{"clerk"});
    has_role(User{"c"}, "assignee", Role{"boss"});
    grants_permission(Role{"clerk"}, "read", "Invoice");
    grants_permission(Role{"clerk"}, "void", "Order");
    grants_permission(Role{"boss"}, "void", "Invoice");
    is_admin(User{"adm"}, Tenant{"t1"});
  }
  assert allow(User{"c"}, a: String, Invoice{"i1"}) iff a in ["read"];
  assert allow(User{"c"}, a: String, Invoice{"i2"}) iff a in ["void"];
  assert allow(User{"c"}, "void", i: Invoice) iff i = Invoice{"i2"};
  assert allow(User{"adm"}, "assign", r: Role) iff r in [Role{"clerk"}];
  assert_not allow(User{"c"}, "assign", Role{"clerk"});
  assert_not allow(User{"adm"}, "read", Invoice{"i1"});
}
