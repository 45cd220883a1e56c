test "a" { assert p(x: User) if x in []; }
