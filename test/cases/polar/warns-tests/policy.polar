test "same" { assert p("x"); }
test "same" { assert p("x"); }
test "empty" {}
