# expect: POLAR_ABSTRACT 3:22
actor U {}
p(x: String) if q(x, Resource{"a"});
