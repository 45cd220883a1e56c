allow(a) if a = new User("x");
