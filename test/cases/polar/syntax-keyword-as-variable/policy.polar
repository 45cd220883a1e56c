allow(in, b) if p(in, b);
