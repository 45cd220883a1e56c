test "a" {
  setup {
    p("x");
  assert p("x");
}
