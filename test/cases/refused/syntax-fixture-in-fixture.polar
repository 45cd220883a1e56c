# expect: POLAR_SYNTAX 4:18
p(x: String) if q(x);
test fixture a { q("a"); }
test fixture b { fixture a; }
