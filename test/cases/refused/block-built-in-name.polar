# expect: POLAR_DECLARATION 2:10
resource String {}
