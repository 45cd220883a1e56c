allow(a) if p(a) and;
