not(a) if p(a);
