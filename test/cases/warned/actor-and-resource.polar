# expect: POLAR_STYLE 3:10
actor User {}
resource User {}
