test fixture people { p("x"); }
test fixture people { p("y"); }
test "a" { setup { fixture peple; fixture rooms; } assert p("x"); }
