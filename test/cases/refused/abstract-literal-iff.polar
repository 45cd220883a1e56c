# expect: POLAR_ABSTRACT 4:41
actor U {}
p(x: Actor) if q(x);
test "t" { assert p(x: Actor) iff x in [Actor{"a"}]; }
