# expect: POLAR_DECLARATION 3:55
actor U {}
resource A { relations = { owner: U }; roles = ["a"]; "owner" if "a"; }
