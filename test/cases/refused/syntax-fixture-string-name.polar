# expect: POLAR_SYNTAX 2:14
test fixture "f" { }
