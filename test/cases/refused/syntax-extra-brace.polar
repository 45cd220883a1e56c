# expect: POLAR_SYNTAX 3:1
actor A {}
}
