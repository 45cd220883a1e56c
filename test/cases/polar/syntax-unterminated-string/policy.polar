allow("abc);
allow("b");
