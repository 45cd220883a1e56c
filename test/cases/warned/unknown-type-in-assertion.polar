# expect: POLAR_UNKNOWN_TYPE 4:28
actor User {}
p(u: User) if q(u);
test "t" { assert_not p(x: Usr); }
