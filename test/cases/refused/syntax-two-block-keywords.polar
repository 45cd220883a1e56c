# expect: POLAR_SYNTAX 2:16
actor resource User {}
