# expect: POLAR_ABSTRACT 4:22
actor U {}
p(x: Actor) if q(x);
test "t" { setup { q(Actor{"a"}); } assert p(U{"a"}); }
