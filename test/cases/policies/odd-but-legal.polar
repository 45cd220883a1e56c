;;; actor User {}; ; resource Unused {};
actor Role { roles = []; permissions = []; relations = {}; }
resource B { roles = ["r"]; relations = { p: B }; "r" if "r" on "p"; } resource C { permissions = ["x", "x y"]; }
resource A extends B, B, {}
resource D extends B, C { relations = { p: A }; }
resource E extends D, A { roles = ["r"]; "r" if z(_); "x y" if "r"; }
test fixture unused {}
p("a"); p(b) if b = "b" or (b = "c" and true);
seven(a: String, b: String, c: String, d: String, e: String, f: String, g: String) if q(a, b, c, d, e) and r(f) and r(g);
lone(x: User) if (((q(x)))) and true or false;
asks(u: User, a: B) if allow(u, "x", a);
no_parentheses_needed(u: User) if not not q(u) and q(u);
glued(u:User)if q(u)and(not r(u)or r(u))and u!=User{"none"};
lists(x:String)if x in["a","b"]and not x in[ "b" , ];
declare q(User);declare z(String);declare r(User);
test "odd" {
  setup {
    has_relation(E{"e"}, "p", B{"b"}); has_role(User{"u"}, "r", B{"b"});
    q("a", "b", "c", "d", "e"); r("f"); r("g"); q(User{"u"});
    allow(User{"u"}, "x", B{"b"});
  }
  assert has_role(User{"u"}, "r", E{"e"});
  assert allow(User{"u"}, "x y", E{"e"});
  assert_not allow(User{"u"}, "x", E{"e"});
  assert p(x: String) iff (x in ["a", "b", "c"]);
  assert p(x: String) iff ((x in ["c", "b", "a", "a"]));
  assert seven("a", "b", "c", "d", "e", "f", "g");
  assert seven("a", "b", "c", "d", "e", x: String, "f") iff x in ["f", "g"];
  assert lone(User{"u"});
  assert allow(User{"u"}, "x", B{"b"});
  assert asks(User{"u"}, b: B) iff b in [B{"b"}];
  assert no_parentheses_needed(User{"u"});
  assert glued(u:User)iff u=User{"u"};
  assert lists(s: String) iff "a" = s;
};
test "empty setup" { setup {} assert p("a"); }
