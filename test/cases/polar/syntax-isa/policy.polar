allow(a, b) if a isa User and p(a, b);
