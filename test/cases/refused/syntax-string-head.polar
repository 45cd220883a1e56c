# expect: POLAR_SYNTAX 2:1
"a" if "b";
