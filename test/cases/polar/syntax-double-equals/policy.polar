allow(a, b) if a == b;
