# expect: POLAR_FACT 5:20
actor U {}
resource A { permissions = ["p"]; }
p(x: Resource) if q(x);
test "t" { setup { q("A"); } assert p(A{"a"}); }
