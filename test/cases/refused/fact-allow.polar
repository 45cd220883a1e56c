# expect: POLAR_FACT 4:20
actor U {}
resource A { permissions = ["p"]; }
test "t" { setup { allow(U{"u"}, "p", A{"a"}); } assert allow(U{"u"}, "p", A{"a"}); }
