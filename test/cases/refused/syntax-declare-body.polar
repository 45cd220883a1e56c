# expect: POLAR_SYNTAX 2:19
declare p(String) if q();
