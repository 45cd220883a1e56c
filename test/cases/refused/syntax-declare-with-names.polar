# expect: POLAR_SYNTAX 2:12
declare p(x: String);
