actor User {}
actor Robot {}
resource Doc {}
resource Memo extends Doc {}
before(u: User, d: Doc) if d2 matches Doc and link(d, d2) and owns(u, d2);
after(u: User, d: Doc) if link(d, d2) and owns(u, d2) and d2 matches Doc;
between(u: User, d: Doc) if link(d, d2) and d2 matches Memo and owns(u, d2);
narrowed(a: Actor) if a matches User and is_active(a);
widened(u: User) if u matches Actor and u matches Resource and is_active(u);
typed_string(x) if tagged(x, t) and t matches String and t != "none";
typed_integer(x) if tagged(x, t) and t matches Integer and 0 < t;
typed_boolean(x) if tagged(x, t) and t matches Boolean and t = true;
declare tagged(Doc, String);
declare tagged(Doc, Integer);
declare tagged(Doc, Boolean);
not_a_robot(a: Actor) if is_active(a) and not a matches Robot;
test "matches is a constraint wherever it stands" {
  setup {
    link(Doc{"1"}, Doc{"2"});
    link(Doc{"1"}, Memo{"3"});
    owns(User{"u"}, Doc{"2"});
    owns(User{"v"}, Memo{"3"});
    is_active(User{"u"});
    is_active(Robot{"r"});
    tagged(Doc{"s"}, "yes");
    tagged(Doc{"n"}, "none");
    tagged(Doc{"i"}, 5);
    tagged(Doc{"z"}, 0);
    tagged(Doc{"b"}, true);
    tagged(Doc{"f"}, false);
  }
  assert before(u: User, Doc{"1"}) iff u in [User{"u"}, User{"v"}];
  assert after(u: User, Doc{"1"}) iff u in [User{"u"}, User{"v"}];
  assert between(u: User, Doc{"1"}) iff u in [User{"v"}];
  assert narrowed(a: Actor) iff a in [User{"u"}];
  assert_not narrowed(Robot{"r"});
  assert widened(a: User) iff a in [User{"u"}];
  assert typed_string(d: Doc) iff d in [Doc{"s"}];
  assert typed_integer(d: Doc) iff d in [Doc{"i"}];
  assert typed_boolean(d: Doc) iff d in [Doc{"b"}];
  assert not_a_robot(a: Actor) iff a in [User{"u"}];
  assert tagged(d: Doc, false) iff d in [Doc{"f"}];
  assert_not tagged(Doc{"f"}, "false");
  assert_not tagged(Doc{"i"}, "5");
}
