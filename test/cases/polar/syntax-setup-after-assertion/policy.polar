test "a" {
  assert p("x");
  setup { p("x"); }
}
