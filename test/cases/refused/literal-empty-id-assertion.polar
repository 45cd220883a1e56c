# expect: POLAR_LITERAL 4:21
actor U {}
p(x: U) if q(x);
test "t" { assert p(U{""}); }
