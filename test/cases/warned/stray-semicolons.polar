# expect: POLAR_STYLE 3:14
;;; actor User {}; ; resource A {};
p(x: String, y: Integer) if q(x);;
test "t" { setup {} assert_not p("a", 1); };
