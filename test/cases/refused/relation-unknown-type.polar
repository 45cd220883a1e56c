# expect: POLAR_UNKNOWN_TYPE 2:31
resource A { relations = { b: B }; }
