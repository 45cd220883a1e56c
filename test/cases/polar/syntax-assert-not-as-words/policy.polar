test "a" { assert not p("x"); }
