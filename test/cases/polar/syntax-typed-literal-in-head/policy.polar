allow("x": String);
