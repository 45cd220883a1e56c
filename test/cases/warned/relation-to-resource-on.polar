# expect: POLAR_TYPE 4:58
actor User {}
resource F { relations = { up: F }; }
resource A { roles = ["a"]; relations = { f: F }; "a" if "up" on "f"; }
