# expect: POLAR_SYNTAX 2:19
actor User { roles: ["a"]; }
