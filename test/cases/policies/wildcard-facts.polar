actor User {}
actor Service {}
resource Page {}
resource Draft {}
has_permission(_: User, "read", _: Page);
has_permission(_: Actor, "ping", _: Resource);
has_permission(Service{"crawler"}, _action: String, _: Page);
has_permission(_: User, "create", "Page");
has_permission(_, "health", _);
has_role(_: User, "user");
has_permission(user: User, "create", "Draft") if has_role(user, "user") and is_trusted(user);
has_permission(actor, "see", page: Page) if has_permission(actor, "read", page);

test "anybody" {
  setup { is_trusted(User{"t"}); }
  assert allow(User{"any"}, "read", Page{"p"});
  assert_not allow(User{"any"}, "read", Draft{"d"});
  assert_not allow(Service{"s"}, "read", Page{"p"});
  assert allow(Service{"s"}, "ping", Draft{"d"});
  assert allow(Service{"s"}, "ping", User{"u"});
  assert_not allow(Service{"s"}, "ping", "Page");
  assert allow(Service{"crawler"}, "whatever", Page{"p"});
  assert_not allow(Service{"crawler"}, "whatever", Draft{"p"});
  assert allow(User{"any"}, "create", "Page");
  assert allow(User{"t"}, "create", "Draft");
  assert_not allow(User{"any"}, "create", "Draft");
  assert_not allow(User{"any"}, "create", Page{"Page"});
  assert allow(User{"t"}, "create", s: String) iff s in ["Page", "Draft"];
  assert allow(User{"any"}, "create", s: String) iff s = "Page";
  assert has_permission(User{"x"}, "health", 12);
  assert has_permission(true, "health", "x");
  assert has_role(User{"q"}, r: String) iff r in ["user"];
  assert allow(User{"a"}, "see", Page{"p"});
  assert allow(u: User, "create", "Draft") iff u in [User{"t"}];
  assert_not allow(Service{"x"}, "see", Page{"p"});
  assert allow(_, "read", Page{"p"});
  assert allow(_, "write", Page{"p"});
  assert_not allow(_, "write", Draft{"p"});
}
