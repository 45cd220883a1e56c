actor User {}
test "a" {
  assert p("x") iff x in ["x"];
  assert p(x) iff x in ["x"];
  assert p(_: User) iff _ in [];
  assert_not p(x: User) iff x in [];
  assert p(x: User) iff not x in [User{"a"}];
  assert p(x: User) iff y in [User{"a"}];
  assert p(x: User) iff x in [y];
  assert p(x: Integer) iff x < 3;
  assert p(x: Integer) iff x = @current_unix_time;
  assert p(x: User) iff x in [User{"a"}] or x in [User{"b"}];
  assert p(x: User) iff true;
}
