# expect: POLAR_ABSTRACT 4:21
actor U {}
p(x: Actor) if q(x);
test "t" { assert p(Actor{"a"}); }
