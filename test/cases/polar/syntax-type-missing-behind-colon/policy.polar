allow(a: "User");
