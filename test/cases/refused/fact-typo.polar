# expect: POLAR_FACT 4:20
actor U {}
resource A { roles = ["r"]; permissions = ["p"]; "p" if "r"; }
test "t" { setup { has_rol(U{"u"}, "r", A{"a"}); } assert allow(U{"u"}, "p", A{"a"}); }
