test "a" {
  setup { p(x) if q(x); }
  assert p("x");
}
