# expect: POLAR_UNKNOWN_TYPE 3:35
actor User {}
resource A { relations = { owner: user }; }
