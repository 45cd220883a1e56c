allow(a, b) if p(a), q(b);
