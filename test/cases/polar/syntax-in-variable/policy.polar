allow(a, b) if a in b;
