# expect: POLAR_STYLE 5:6
actor User {}
p(User{"a"});
test "same" { assert p(User{"a"}); }
test "same" { assert_not p(User{"b"}); }
