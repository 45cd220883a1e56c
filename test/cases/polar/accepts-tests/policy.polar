actor User {}
resource Doc { roles = ["reader"]; permissions = ["read"]; "read" if "reader"; }
test fixture people {
  has_role(User{"ann"}, "reader", Doc{"a"});
  quota(User{"ann"}, 3, true, -1, String{"x"});
}
test "readers read" {
  setup {
    fixture people;
    has_role(User{"bob"}, "reader", Doc{"b"});
    fixture("a");
  }
  assert allow(User{"ann"}, "read", Doc{"a"});
  assert_not allow(User{"bob"}, "read", Doc{"a"});
  assert allow(User{"ann"}, _, Doc{"a"});
  assert has_role(user: User, "reader", Doc{"a"});
  assert allow(user: User, "read", Doc{"a"}) iff user in [User{"ann"}, User{"ann"},];
  assert allow(user: User, "read", Doc{"b"}) iff user = User{"bob"};
  assert allow(user: User, "read", Doc{"b"}) iff (User{"bob"} = user);
  assert allow(user: User, _, Doc{"c"}) iff user in [];
  assert expired(@current_unix_time);
}
test "no setup" { assert_not allow(user, "read", Doc{"a"}); }
