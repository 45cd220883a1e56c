allow(a b);
