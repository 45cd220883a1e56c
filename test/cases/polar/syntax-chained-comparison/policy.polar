allow(a, b) if 1 < a < b;
