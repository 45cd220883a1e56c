test "a" {
  setup { p(x: User); }
  assert p("x");
}
