# expect: POLAR_VARIABLE 3:20
p(x: String) if q(x);
test fixture f { q(y); }
