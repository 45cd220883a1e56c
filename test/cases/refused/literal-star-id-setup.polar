# expect: POLAR_LITERAL 4:22
actor U {}
p(x: U) if q(x);
test "t" { setup { q(U{"*"}); } assert p(U{"a"}); }
