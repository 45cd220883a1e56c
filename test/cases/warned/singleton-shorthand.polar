# expect: POLAR_STYLE 3:55
actor User {}
resource A { roles = ["a"]; "a" if q(actor, resource, x); }
declare q(User, A, String);
