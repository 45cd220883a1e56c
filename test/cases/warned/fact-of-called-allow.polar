# expect: POLAR_STYLE 3:15
actor U {} resource A {}
p(u: U, a: A, z: U) if allow(u, "x", a);
declare allow(U, Integer, A);
test "t" { setup { allow(U{"u"}, "x", A{"a"}); allow(U{"u"}, 5, A{"a"}); } assert p(U{"u"}, A{"a"}, U{"z"}); assert allow(U{"u"}, 5, A{"a"}); }
