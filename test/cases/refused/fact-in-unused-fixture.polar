# expect: POLAR_FACT 3:18
p(x: String) if q(x);
test fixture f { r("a"); }
