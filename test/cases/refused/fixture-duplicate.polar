# expect: POLAR_TEST 4:14
p(x: String) if q(x);
test fixture f { q("a"); }
test fixture f { q("b"); }
