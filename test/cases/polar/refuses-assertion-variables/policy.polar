actor User {}
test "a" {
  assert p(x: User, y: User);
  assert p(x: User, x: String);
  assert p(_, _, x: User, x);
}
