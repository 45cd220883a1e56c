# expect: POLAR_STYLE 3:3
actor U {} resource A { roles = ["r"]; relations = { p: A, q: U }; permissions = ["x"]; }
p(u: U, w: U) if false;
test "t" { setup { has_role(U{"u"}, "r", A{"a"}); has_role(U{"u"}, "other", A{"a"}); has_relation(A{"a"}, "p", A{"b"}); has_relation(A{"a"}, "q", U{"u"}); } assert has_role(U{"u"}, "other", A{"a"}); }
