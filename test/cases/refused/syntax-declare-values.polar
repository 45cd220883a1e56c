# expect: POLAR_SYNTAX 2:11
declare p("a");
