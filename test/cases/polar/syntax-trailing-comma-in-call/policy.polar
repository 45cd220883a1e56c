allow(a,) if p(a);
