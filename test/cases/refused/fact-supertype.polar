# expect: POLAR_FACT 5:20
resource A {}
resource B extends A {}
p(x: B) if q(x);
test "t" { setup { q(A{"a"}); } assert p(B{"a"}); }
