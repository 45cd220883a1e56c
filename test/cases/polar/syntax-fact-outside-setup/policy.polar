test "a" {
  p("x");
  assert p("x");
}
