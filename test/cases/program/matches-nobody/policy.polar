actor User {}
resource Doc {}
f(u: User) if is_a(u) and x matches! Resource and likes(u, x);
g(u: User) if is_a(u) and _ matches Doc;
h(u: User) if is_a(u) and not (x matches Doc and x matches User and likes(u, x));
