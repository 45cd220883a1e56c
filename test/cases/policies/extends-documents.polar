actor User {}
actor Admin extends User {}
resource Item {
  roles = ["owner", "reader"];
  permissions = ["read", "rename"];
  relations = { drive: Drive };
  "reader" if "owner";
  "reader" if "member" on "drive";
  "read" if "reader";
  "rename" if "owner";
}
resource Drive { roles = ["member"]; }
resource Taggable { permissions = ["tag"]; relations = { tagger: User }; "tag" if "tagger"; }
resource Document extends Item, Taggable, {
  permissions = ["print", "read"]; # "read" again, as the same kind
  "print" if "read";
  "tag" if "owner";
}
resource Spreadsheet extends Document {
  permissions = ["calculate"];
  "calculate" if "print" and "reader";
}
resource Photo extends Item {}
has_permission(_: Admin, "audit", _: Item);
is_big(item: Item) if size_of(item, n) and n >= 1000;
exactly(item: Item) if item matches! Document;
is_document(item: Item) if item matches Document;
knows_well(user: User) if knows(user);
greets(user: User) if user matches! User and knows(user);
test "children follow the rules of all parents" {
  setup {
    has_role(User{"o"}, "owner", Spreadsheet{"s"});
    has_role(User{"o"}, "owner", Document{"d"});
    has_role(User{"o"}, "owner", Photo{"p"});
    has_role(User{"o"}, "owner", Item{"i"});
    has_role(Admin{"boss"}, "reader", Photo{"p"});
    has_relation(Document{"d"}, "tagger", User{"t"});
    has_relation(Document{"d"}, "tagger", Admin{"ta"});
    has_relation(Spreadsheet{"s"}, "drive", Drive{"x"});
    has_role(User{"m"}, "member", Drive{"x"});
    size_of(Spreadsheet{"s"}, 1000);
    size_of(Photo{"p"}, 999);
    knows(User{"k"});
    knows(Admin{"k"});
  }
  assert allow(User{"o"}, a: String, Spreadsheet{"s"}) iff a in ["read", "rename", "print", "tag", "calculate"];
  assert allow(User{"o"}, a: String, Document{"d"}) iff a in ["read", "rename", "print", "tag"];
  assert allow(User{"o"}, a: String, Photo{"p"}) iff a in ["read", "rename"];
  assert allow(User{"o"}, a: String, Item{"i"}) iff a in ["read", "rename"];
  assert allow(User{"m"}, a: String, Spreadsheet{"s"}) iff a in ["read", "print", "calculate"];
  assert allow(User{"t"}, "tag", Document{"d"});
  assert allow(Admin{"ta"}, "tag", Document{"d"});
  assert_not allow(User{"ta"}, "tag", Document{"d"});
  assert allow(Admin{"boss"}, "audit", Spreadsheet{"any"});
  assert_not allow(Admin{"boss"}, "audit", Drive{"x"});
  assert_not allow(User{"o"}, "audit", Document{"d"});
  assert allow(User{"o"}, "read", d: Document) iff d in [Document{"d"}, Spreadsheet{"s"}];
  assert allow(User{"o"}, "read", i: Item) iff i in [Document{"d"}, Spreadsheet{"s"}, Photo{"p"}, Item{"i"}];
  assert allow(User{"o"}, "read", s: Spreadsheet) iff s in [Spreadsheet{"s"}];
  assert allow(User{"o"}, "read", i: Photo) iff i in [Photo{"p"}];
  assert_not allow(User{"o"}, "read", Document{"s"});
  assert is_big(i: Item) iff i in [Spreadsheet{"s"}];
  assert exactly(Document{"z"});
  assert_not exactly(Spreadsheet{"z"});
  assert_not exactly(Item{"z"});
  assert is_document(Spreadsheet{"z"});
  assert_not is_document(Photo{"z"});
  assert greets(u: User) iff u in [User{"k"}];
  assert allow(a: Actor, "read", Photo{"p"}) iff a in [User{"o"}, Admin{"boss"}];
  assert allow(u: User, "read", Photo{"p"}) iff u in [User{"o"}, Admin{"boss"}];
}
