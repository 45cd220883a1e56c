# expect: POLAR_TYPE 4:68
actor User {}
resource Folder {}
resource A { roles = ["a"]; relations = { parent: Folder }; "a" if "parent"; }
test "t" { assert_not has_role(User{"u"}, "a", A{"a"}); }
