# Four eyes: who made a payment never approves it; limits and branches.
actor Employee { roles = ["delegate"]; }
actor Customer {}
resource Branch { roles = ["teller", "manager"]; relations = { region: Region }; "manager" if "director" on "region"; "teller" if "manager"; }
resource Region { roles = ["director"]; }
resource Account {
  permissions = ["view", "withdraw", "freeze"];
  relations = { branch: Branch, holder: Customer };
  "view" if "holder" or "teller" on "branch";
  "withdraw" if "holder" and is_active(resource);
  "freeze" if "manager" on "branch";
}
resource Payment { permissions = ["approve", "cancel"]; relations = { account: Account, maker: Employee }; "cancel" if "maker"; }
is_active(account: Account) if not has_state(account, "frozen") and not has_state(account, "closed");
has_permission(e: Employee, "approve", p: Payment) if
  account matches Account and branch matches Branch and maker matches Employee and
  has_relation(p, "account", account) and
  has_relation(account, "branch", branch) and
  has_role(e, "manager", branch) and
  has_relation(p, "maker", maker) and
  maker != e and
  within_limit(e, p);
within_limit(e: Employee, p: Payment) if
  limit matches Integer and sum matches Integer and
  approval_limit(e, limit) and sum(p, sum) and sum <= limit;
has_permission(e: Employee, action: String, p: Payment) if
  boss matches Employee and has_role(e, "delegate", boss) and
  has_permission(boss, action, p) and
  not has_relation(p, "maker", e);
test "four eyes" {
  setup {
    has_relation(Account{"a"}, "branch", Branch{"b"});
    has_relation(Account{"a"}, "holder", Customer{"c"});
    has_relation(Branch{"b"}, "region", Region{"r"});
    has_role(Employee{"dir"}, "director", Region{"r"});
    has_role(Employee{"man"}, "manager", Branch{"b"});
    has_role(Employee{"tel"}, "teller", Branch{"b"});
    has_role(Employee{"del"}, "delegate", Employee{"man"});
    has_relation(Payment{"p1"}, "account", Account{"a"});
    has_relation(Payment{"p1"}, "maker", Employee{"tel"});
    has_relation(Payment{"p2"}, "account", Account{"a"});
    has_relation(Payment{"p2"}, "maker", Employee{"man"});
    has_relation(Payment{"p3"}, "account", Account{"a"});
    has_relation(Payment{"p3"}, "maker", Employee{"del"});
    sum(Payment{"p1"}, 100); sum(Payment{"p2"}, 5000); sum(Payment{"p3"}, 1);
    approval_limit(Employee{"man"}, 1000);
    approval_limit(Employee{"dir"}, 100000);
  }
  assert allow(e: Employee, "approve", Payment{"p1"}) iff e in [Employee{"man"}, Employee{"dir"}, Employee{"del"}];
  assert allow(e: Employee, "approve", Payment{"p2"}) iff e in [Employee{"dir"}];
  assert allow(e: Employee, "approve", Payment{"p3"}) iff e in [Employee{"man"}, Employee{"dir"}];
  assert allow(e: Employee, "cancel", Payment{"p2"}) iff e in [Employee{"man"}, Employee{"del"}];
  assert allow(e: Employee, "cancel", Payment{"p3"}) iff e in [Employee{"del"}];
  assert allow(x: Actor, "view", Account{"a"}) iff x in [Customer{"c"}, Employee{"tel"}, Employee{"man"}, Employee{"dir"}];
  assert allow(x: Actor, "freeze", Account{"a"}) iff x in [Employee{"man"}, Employee{"dir"}];
  assert allow(Customer{"c"}, "withdraw", a: Account) iff a in [Account{"a"}];
  assert_not allow(Customer{"c"}, "freeze", Account{"a"});
  assert has_role(Employee{"dir"}, r: String, Branch{"b"}) iff r in ["manager", "teller"];
}
test "frozen" {
  setup {
    has_relation(Account{"a"}, "holder", Customer{"c"});
    has_relation(Account{"b"}, "holder", Customer{"c"});
    has_relation(Account{"c"}, "holder", Customer{"c"});
    has_state(Account{"a"}, "frozen");
    has_state(Account{"b"}, "closed");
    has_state(Account{"c"}, "dormant");
  }
  assert allow(Customer{"c"}, "withdraw", a: Account) iff a in [Account{"c"}];
  assert allow(Customer{"c"}, "view", a: Account) iff a in [Account{"a"}, Account{"b"}, Account{"c"}];
  assert is_active(Account{"unknown"});
}
