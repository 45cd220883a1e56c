test fixture a { p("x"); }
test fixture b { fixture a; }
