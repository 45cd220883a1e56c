# expect: POLAR_ABSTRACT 3:3
actor U {}
p(Actor{"a"});
