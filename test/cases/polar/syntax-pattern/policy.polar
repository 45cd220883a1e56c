allow(a) if a matches User{name: "x"};
