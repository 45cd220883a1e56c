allow(a, b) if forall(x in a, p(x, b));
