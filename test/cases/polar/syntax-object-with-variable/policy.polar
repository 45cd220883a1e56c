allow(a) if p(User{a});
