actor User {}
resource Doc {}
odd(x, x) if shown(x) and not odd("a", "b");
even(x: Doc, y) if shown(x) and shown(y) and x = y and not even(Doc{"a"}, User{"b"});
tied(x) if "a" = x and x in ["a", y] and shown(y) and not tied("b");
twice(x) if x = "a" and x in ["a", "b"] and shown(x) and not twice("b");
timed(n) if shown(n) and not late(@current_unix_time);
late(true) if timed(3);
both(x, x) if shown(x) and a matches Doc and b matches User and likes(a, b) and not both(a, b);
wrong(x: Doc) if shown(x) and x = "a" and not odd(x, x);
