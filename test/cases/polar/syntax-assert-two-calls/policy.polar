test "a" { assert p("x") and q("x"); }
