allow(a) if p(a, User{"x", "y"});
