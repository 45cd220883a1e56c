test "a" {
  assert p("x");
