actor User {}
resource Doc {}
f(u: User) if (is_a(u) or is_b(u)) and u < 3;
