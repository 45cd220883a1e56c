# expect: POLAR_STYLE 3:58
actor User {}
resource A { roles = ["a", "b", "c", "d"]; "a" if "b" or "c" and "d"; }
