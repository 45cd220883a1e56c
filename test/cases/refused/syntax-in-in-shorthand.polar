# expect: POLAR_SYNTAX 2:48
resource A { permissions = ["p"]; "p" if actor in [resource]; }
