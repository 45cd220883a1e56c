allow(a) if (p(a) or q(a);
