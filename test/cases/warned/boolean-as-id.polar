# expect: POLAR_STYLE 3:3
actor User {}
p(User{true});
test "t" { assert p(User{"true"}); assert_not p(User{"false"}); }
