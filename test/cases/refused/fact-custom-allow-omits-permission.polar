# expect: POLAR_FACT 5:20
actor U {}
resource A { permissions = ["p"]; }
allow(u: U, _: String, a: A) if may(u, a);
test "t" { setup { has_permission(U{"u"}, "p", A{"a"}); } assert_not allow(U{"u"}, "p", A{"a"}); }
