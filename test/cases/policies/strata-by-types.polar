# A negated role of one type decides a role of another, and back: no cycle, since types and literals differ.
actor User {}
resource A { roles=["x","y"]; } resource B { roles=["x","y"]; relations = {a: A}; "x" if "x" on "a"; } 
has_role(u: User, "y", a: A) if l(u,a) and b matches B and has_relation(b, "a", a) and not has_role(u, "x", b);
has_role(u: User, role: String, b: B) if g(u, role, b) and role != "x";
has_role(u: User, "y", b: B) if has_relation(b, "a", a) and has_role(u, "y", a);
test "t" { setup { l(User{"u"}, A{"a"}); has_relation(B{"b"}, "a", A{"a"}); g(User{"u"}, "z", B{"b"}); g(User{"u"}, "x", B{"b"}); } 
 assert has_role(User{"u"}, r: String, B{"b"}) iff r in ["z", "y"]; }
