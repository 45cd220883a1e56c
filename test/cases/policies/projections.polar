# `_` asks for any value; the one variable is what remains. Facts collapse when given twice.
actor User {}
actor Admin extends User {}
resource Doc { roles = ["reader", "writer"]; permissions = ["read", "write"]; "read" if "reader"; "read" if "writer"; "write" if "writer"; }
created(User{"first"}, @current_unix_time);
head(12, true, User{"root"}, "x") if on();
head(-1, false, User{"root"}, "y");
in_lists(u: User) if u in [User{"a"}, Admin{"b"}, v] and owner(v);
at_one_time(n: Integer) if n = @current_unix_time and @current_unix_time in [n, 5] and n != 0;
test fixture docs { has_role(User{"a"}, "reader", Doc{"1"}); has_role(User{"a"}, "writer", Doc{"2"}); }
test "projections" {
  setup {
    fixture docs;
    fixture docs;
    has_role(User{"a"}, "reader", Doc{"1"});
    has_role(Admin{"b"}, "writer", Doc{"1"});
    owner(User{"o"});
  }
  assert allow(u: User, _, Doc{"1"}) iff u in [User{"a"}, Admin{"b"}];
  assert allow(User{"a"}, _, d: Doc) iff d in [Doc{"1"}, Doc{"2"}];
  assert allow(_, a: String, Doc{"2"}) iff a in ["read", "write"];
  assert allow(_, "write", d: Doc) iff d in [Doc{"1"}, Doc{"2"}];
  assert allow(_: User, "write", Doc{"1"});
  assert_not allow(_: Doc, "write", Doc{"1"});
  assert_not allow(_, "delete", _);
  assert allow(u: Admin, _, _) iff u in [Admin{"b"}];
  assert created(User{"first"}, n: Integer);
  assert created(u: User, _) iff u = User{"first"};
  assert_not created(User{"second"}, _);
  assert_not head(12, true, User{"root"}, "x");
  assert head(n: Integer, _, _, _) iff n in [-1];
  assert head(_, b: Boolean, User{"root"}, "y") iff b in [false];
  assert in_lists(u: User) iff u in [User{"a"}, Admin{"b"}, User{"o"}];
  assert_not in_lists(User{"b"});
  assert at_one_time(n: Integer);
}
