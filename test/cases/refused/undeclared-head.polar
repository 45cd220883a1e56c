# expect: POLAR_UNDECLARED 2:29
resource A { roles = ["r"]; "read" if "r"; }
