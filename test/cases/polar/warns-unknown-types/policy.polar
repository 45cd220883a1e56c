actor User {}
p(a: Usr, b: Nothing, c: Nothing) if a matches Thing and q(a, b, c, Foo{"x"}) and r(a, b, c);
declare d(Bar, String, Actor);
test "a" { assert p(x: Quux); }
