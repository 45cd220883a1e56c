# expect: POLAR_STYLE 6:51
actor User {}
resource B { roles = ["r"]; relations = { p: B }; "r" if "r" on "p"; } resource C { permissions = ["x"]; }
resource A extends B, B {}
resource D extends B, C { relations = { p: A }; }
resource E extends D, A { roles = ["r"]; "r" if z(x); }
test "t" { setup { has_relation(E{"e"}, "p", B{"b"}); has_role(User{"u"}, "r", B{"b"}); } assert has_role(User{"u"}, "r", E{"e"}); }
