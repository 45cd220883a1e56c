# expect: POLAR_SYNTAX 2:18
declare p(String,);
