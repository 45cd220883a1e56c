# expect: POLAR_SYNTAX 2:11
p(x) if x isa User;
