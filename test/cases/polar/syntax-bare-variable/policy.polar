allow(a) if a;
