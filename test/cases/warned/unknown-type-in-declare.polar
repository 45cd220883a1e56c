# expect: POLAR_UNKNOWN_TYPE 3:17
actor User {}
declare p(User, Plan);
test "t" { setup { p(User{"u"}, Plan{"p"}); } assert p(User{"u"}, x: Plan) iff x in [Plan{"p"}]; }
