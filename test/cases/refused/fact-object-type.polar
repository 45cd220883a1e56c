# expect: POLAR_FACT 5:20
actor U {}
actor V {}
p(x: U) if q(x);
test "t" { setup { q(V{"a"}); } assert p(U{"a"}); }
