# expect: POLAR_EXTENDS 2:17
actor U extends Actor {}
