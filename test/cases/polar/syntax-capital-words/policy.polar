p(x: User) if a(x) AND b(x);
