allow(a) if p(a: User);
