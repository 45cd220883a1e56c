# Human resources: managers over any number of levels.
actor Employee {
  relations = { manager: Employee };
  roles = ["superior"];
  permissions = ["view_salary", "approve_leave", "view_profile"];
  "superior" if "manager";
  "superior" if "superior" on "manager";
  "view_salary" if "superior" or is_self(actor, resource);
  "approve_leave" if "manager";
}
is_self(e: Employee, e: Employee);
# Colleagues share the direct manager, and nobody is his own colleague.
colleagues(a: Employee, b: Employee) if
  m matches Employee and
  has_relation(a, "manager", m) and
  has_relation(b, "manager", m) and
  a != b;
has_permission(a: Employee, "view_profile", b: Employee) if colleagues(a, b);
has_permission(e: Employee, "view_profile", e: Employee);

test "reporting lines" {
  setup {
    has_relation(Employee{"dev1"}, "manager", Employee{"lead"});
    has_relation(Employee{"dev2"}, "manager", Employee{"lead"});
    has_relation(Employee{"lead"}, "manager", Employee{"cto"});
    has_relation(Employee{"cto"}, "manager", Employee{"ceo"});
    has_relation(Employee{"cfo"}, "manager", Employee{"ceo"});
  }
  assert has_role(e: Employee, "superior", Employee{"dev1"}) iff e in [Employee{"lead"}, Employee{"cto"}, Employee{"ceo"}];
  assert has_role(Employee{"ceo"}, "superior", e: Employee) iff
    e in [Employee{"cto"}, Employee{"cfo"}, Employee{"lead"}, Employee{"dev1"}, Employee{"dev2"}];
  assert_not has_role(Employee{"cfo"}, "superior", Employee{"lead"});
  assert allow(Employee{"cto"}, "view_salary", Employee{"dev2"});
  assert_not allow(Employee{"cto"}, "approve_leave", Employee{"dev2"});
  assert allow(Employee{"lead"}, "approve_leave", Employee{"dev2"});
  assert allow(Employee{"dev1"}, "view_salary", Employee{"dev1"});
  assert_not allow(Employee{"dev1"}, "view_salary", Employee{"dev2"});
  assert colleagues(Employee{"dev1"}, e: Employee) iff e in [Employee{"dev2"}];
  assert colleagues(e: Employee, Employee{"cfo"}) iff e in [Employee{"cto"}];
  assert_not colleagues(Employee{"dev1"}, Employee{"dev1"});
  assert_not colleagues(Employee{"ceo"}, Employee{"ceo"});
  assert allow(Employee{"dev1"}, "view_profile", Employee{"dev1"});
  assert allow(Employee{"dev1"}, "view_profile", Employee{"dev2"});
  assert_not allow(Employee{"dev1"}, "view_profile", Employee{"lead"});
  assert has_permission(Employee{"stranger"}, "view_profile", Employee{"stranger"});
  assert is_self(Employee{"x"}, e: Employee) iff e in [Employee{"x"}];
  assert_not is_self(Employee{"x"}, Employee{"y"});
}
