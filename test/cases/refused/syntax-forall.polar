# expect: POLAR_SYNTAX 2:25
p(x: String) if forall(q(x, y), r(y));
