# expect: POLAR_STYLE 6:6
actor User {}
resource Unused {}
p("a"); p(b) if b = "b" or (b = "c" and true);
test "t" { assert p(x: String) iff (x in ["a", "b", "c"]); assert_not p(x: String, "z"); }
test "t" { setup {} assert p("a"); }
