allow(a) if a = {name: "x"};
