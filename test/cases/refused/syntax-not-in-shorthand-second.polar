# expect: POLAR_SYNTAX 2:65
resource A { roles = ["r"]; permissions = ["p"]; "p" if "r" and not is_closed(resource); }
