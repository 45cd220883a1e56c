# expect: POLAR_NEGATION 2:30
a(x: String) if w(x) and not b(x);
b(x: String) if w(x) and not a(x);
