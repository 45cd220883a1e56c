actor User {}
resource Ticket { permissions = ["view"]; }
resource Status {}
alias(u: User, v: User) if a = u and a = v and known(u);
same(a: User, b: User) if known(a) and known(b) and a = b;
other(a: User, b: User) if known(a) and known(b) and a != b;
fixed(x: User) if x = User{"root"};
fixed_reversed(x: User) if User{"root"} = x;
chained(x: String) if x = y and y = z and z = "deep";
in_list(x: String) if x in ["a", "b", "a",];
in_objects(u: User) if u in [User{"a"}, User{"b"}] and known(u);
not_in(s: Status) if status_of(Ticket{"t"}, s) and not s in [Status{"closed"}, Status{"spam"}];
numbers(n: Integer) if n in [1, -2, 3] and n > 0;
mixed(x) if x in ["one", 1, true, User{"one"}];
never(x: String) if x in [] or false;
ground() if "a" = "a" and 1 != 2 and User{"a"} != Ticket{"a"} and "1" != 1;
no_ground() if "a" = "b" or 1 = "1" or User{"a"} = User{"A"};
list_of_variables(a: User, b: User) if known(a) and known(b) and c matches User and c in [a, b] and boss(c);
action_in(u: User, action: String) if action in ["read", "write"] and known(u);
has_permission(u: User, action: String, t: Ticket) if action_in(u, action) and open_for(t, u);
test "equality" {
  setup {
    known(User{"a"}); known(User{"b"}); known(User{"c"});
    boss(User{"c"});
    status_of(Ticket{"t"}, Status{"open"});
    status_of(Ticket{"t"}, Status{"closed"});
    open_for(Ticket{"t"}, User{"a"});
    open_for(Ticket{"t"}, User{"z"});
  }
  assert alias(User{"a"}, u: User) iff u in [User{"a"}];
  assert_not alias(User{"a"}, User{"b"});
  assert_not alias(User{"z"}, User{"z"});
  assert same(u: User, User{"b"}) iff u = User{"b"};
  assert other(u: User, User{"b"}) iff u in [User{"a"}, User{"c"}];
  assert fixed(u: User) iff u in [User{"root"}];
  assert fixed_reversed(u: User) iff u in [User{"root"}];
  assert chained(s: String) iff s = "deep";
  assert in_list(s: String) iff s in ["b", "a"];
  assert in_objects(u: User) iff u in [User{"a"}, User{"b"}];
  assert not_in(s: Status) iff s in [Status{"open"}];
  assert numbers(n: Integer) iff n in [3, 1];
  assert mixed("one");
  assert mixed(1);
  assert mixed(true);
  assert mixed(User{"one"});
  assert_not mixed("1");
  assert_not mixed(false);
  assert mixed(s: String) iff s = "one";
  assert mixed(n: Integer) iff n = 1;
  assert_not never(x: String);
  assert ground();
  assert_not no_ground();
  assert list_of_variables(User{"a"}, u: User) iff u in [User{"c"}];
  assert_not list_of_variables(User{"a"}, User{"b"});
  assert allow(User{"a"}, a: String, Ticket{"t"}) iff a in ["read", "write"];
  assert_not allow(User{"z"}, "read", Ticket{"t"});
  assert_not allow(User{"a"}, "delete", Ticket{"t"});
}
