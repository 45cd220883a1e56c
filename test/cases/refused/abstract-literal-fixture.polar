# expect: POLAR_ABSTRACT 4:20
actor U {}
p(x: Actor) if q(x);
test fixture f { q(Resource{"a"}); }
