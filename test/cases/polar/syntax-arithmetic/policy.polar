allow(a, b) if a < b + 1;
