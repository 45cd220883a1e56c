# expect: POLAR_SYNTAX 2:19
p(x) if x matches "String";
