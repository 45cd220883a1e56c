# expect: POLAR_UNKNOWN_TYPE 3:3
actor User {}
p(Robot{"r2"});
test "t" { assert p(Robot{"r2"}); assert_not p(User{"r2"}); }
