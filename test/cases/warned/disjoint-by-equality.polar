# expect: POLAR_TYPE 4:3
actor User {}
resource Doc {}
p(u: User) if q(u) and u = Doc{"d"};
