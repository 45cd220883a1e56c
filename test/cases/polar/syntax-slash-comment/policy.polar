// a comment
allow(a);
