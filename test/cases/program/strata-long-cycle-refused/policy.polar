actor User {}
actor Group {}
resource Repo {}
a(u: User) if b(u);
b(u: User) if c(u) and x(u);
c(u: User) if y(u) and not a(u);
