allow(a, b) if c := a and d(b, c);
