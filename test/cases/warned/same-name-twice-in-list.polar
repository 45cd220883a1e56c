# expect: POLAR_STYLE 2:28
actor User { roles = ["a", "a"]; }
