# expect: POLAR_LITERAL 3:3
actor U {}
p(U{"*"});
