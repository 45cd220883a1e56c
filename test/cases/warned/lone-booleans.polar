# expect: POLAR_STYLE 3:9
actor U {}
p(x: U, y: U) if q(x) and true or false;
test "t" { setup { q(U{"u"}); } assert p(U{"u"}, U{"w"}); }
