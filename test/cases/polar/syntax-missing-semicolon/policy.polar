actor User {}
allow(a) if p(a)
allow(b) if q(b);
