# expect: POLAR_STYLE 3:34
actor User {}
resource A { roles = ["a", "b"]; @one @two "a" if "b"; }
test "t" { setup { has_role(User{"u"}, "b", A{"a"}); } assert has_role(User{"u"}, "a", A{"a"}); }
