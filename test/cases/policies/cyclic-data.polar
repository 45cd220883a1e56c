actor User {}
resource Node {
  roles = ["a", "b", "c"];
  permissions = ["reach"];
  relations = { next: Node };
  "a" if "b"; "b" if "c"; "c" if "a"; # all the same
  role if role on "next";
  "reach" if "a";
}
linked(x: Node, y: Node) if has_relation(x, "next", y);
linked(x: Node, y: Node) if linked(x, z) and linked(z, y);
mutual(x: Node, y: Node) if linked(x, y) and linked(y, x);
even(x: Node) if start(x);
even(x: Node) if has_relation(y, "next", x) and odd(y);
odd(x: Node) if has_relation(y, "next", x) and even(y);
endless(x: Node) if endless(x);
test "circles" {
  setup {
    has_relation(Node{"1"}, "next", Node{"2"});
    has_relation(Node{"2"}, "next", Node{"3"});
    has_relation(Node{"3"}, "next", Node{"1"});
    has_relation(Node{"3"}, "next", Node{"4"});
    has_relation(Node{"5"}, "next", Node{"6"});
    has_role(User{"u"}, "c", Node{"4"});
    start(Node{"5"});
    start(Node{"1"});
  }
  assert linked(Node{"1"}, n: Node) iff n in [Node{"1"}, Node{"2"}, Node{"3"}, Node{"4"}];
  assert linked(n: Node, Node{"6"}) iff n in [Node{"5"}];
  assert mutual(Node{"1"}, n: Node) iff n in [Node{"1"}, Node{"2"}, Node{"3"}];
  assert_not mutual(Node{"3"}, Node{"4"});
  assert allow(User{"u"}, "reach", n: Node) iff n in [Node{"1"}, Node{"2"}, Node{"3"}, Node{"4"}];
  assert has_role(User{"u"}, r: String, Node{"2"}) iff r in ["a", "b", "c"];
  assert even(n: Node) iff n in [Node{"1"}, Node{"2"}, Node{"3"}, Node{"5"}, Node{"4"}];
  assert odd(n: Node) iff n in [Node{"1"}, Node{"2"}, Node{"3"}, Node{"4"}, Node{"6"}];
  assert_not endless(Node{"1"});
  assert_not endless(n: Node);
}
