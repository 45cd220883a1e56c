p(a) if 12;
