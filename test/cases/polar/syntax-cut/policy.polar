allow(a, b) if p(a, b) and cut;
