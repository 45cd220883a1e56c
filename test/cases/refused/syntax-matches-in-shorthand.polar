# expect: POLAR_SYNTAX 3:48
actor U {}
resource A { permissions = ["p"]; "p" if actor matches U; }
