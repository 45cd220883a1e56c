actor User {}
resource Site { roles = ["editor"]; permissions = ["edit", "view"]; "edit" if "editor" and is_open(); "view" if anything(); }
anything();
is_open() if not maintenance();
nothing() if false;
something() if true;
twice() if something() and anything();
setup() if on();
on() if assert_it();
assert_it() if fixture();
test "open" {
  setup { has_role(User{"e"}, "editor", Site{"s"}); }
  assert is_open();
  assert anything();
  assert something();
  assert twice();
  assert_not nothing();
  assert_not maintenance();
  assert allow(User{"e"}, "edit", Site{"s"});
  assert allow(User{"x"}, "view", Site{"s"});
  assert_not setup();
}
test "closed" {
  setup { maintenance(); has_role(User{"e"}, "editor", Site{"s"}); fixture(); }
  assert_not is_open();
  assert maintenance();
  assert_not allow(User{"e"}, "edit", Site{"s"});
  assert allow(User{"e"}, "view", Site{"s"});
  assert setup();
}
