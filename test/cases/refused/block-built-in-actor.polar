# expect: POLAR_DECLARATION 2:7
actor Actor {}
