# expect: POLAR_SYNTAX 2:1
resorce Repo {}
