p(a) if q(a) or ) and r(a);
