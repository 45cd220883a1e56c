# expect: POLAR_SYNTAX 3:1
@x
actor User {}
