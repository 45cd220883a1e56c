# expect: POLAR_NEGATION 2:12
a() if not b();
b() if not a();
