p(a) if a > - b;
