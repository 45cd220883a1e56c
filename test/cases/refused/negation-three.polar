# expect: POLAR_NEGATION 2:30
a(x: String) if w(x) and not b(x);
b(x: String) if c(x);
c(x: String) if w(x) and a(x);
