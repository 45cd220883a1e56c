# Negation of facts, of derived permissions, nested, and over unbound variables.
actor User {}
resource Document {
  roles = ["reader", "writer"];
  permissions = ["read", "write"];
  relations = { folder: Folder };
  "reader" if "writer";
  "read" if "reader";
  "write" if "writer";
}
resource Folder { roles = ["reader"]; permissions = ["read"]; "read" if "reader"; }
resource Label {}

# inherit unless overridden
has_permission(user: User, "read", doc: Document) if
  folder matches Folder and
  has_relation(doc, "folder", folder) and
  has_permission(user, "read", folder) and
  not overrides(doc, _);
# a derived permission below `not`
may_only_read(user: User, doc: Document) if
  has_permission(user, "read", doc) and not has_permission(user, "write", doc);
# everything required
has_all_labels(user: User, doc: Document) if
  is_listed(user) and is_listed(doc) and
  not (requires(doc, label) and label matches Label and not has_label(user, label));
unlabelled(doc: Document) if is_listed(doc) and not requires(doc, _any);
twice(doc: Document) if is_listed(doc) and not not requires(doc, _);
neither(user: User) if is_listed(user) and not (is_banned(user) or is_asleep(user));
not_both(user: User) if is_listed(user) and not (is_banned(user) and is_asleep(user));
first(user: User) if not is_banned(user) and is_listed(user);
bind_tightly(user: User) if is_listed(user) and (not is_banned(user) or is_asleep(user));
unequal(user: User) if is_listed(user) and not user = User{"a"};
compared(user: User) if is_listed(user) and age(user, n) and not n < 18;

test "inherit unless overridden" {
  setup {
    has_relation(Document{"d1"}, "folder", Folder{"f"});
    has_relation(Document{"d2"}, "folder", Folder{"f"});
    overrides(Document{"d2"}, "privacy");
    has_role(User{"r"}, "reader", Folder{"f"});
    has_role(User{"w"}, "writer", Document{"d2"});
    has_role(User{"rd"}, "reader", Document{"d2"});
  }
  assert allow(User{"r"}, "read", d: Document) iff d in [Document{"d1"}];
  assert allow(u: User, "read", Document{"d2"}) iff u in [User{"w"}, User{"rd"}];
  assert may_only_read(u: User, Document{"d2"}) iff u in [User{"rd"}];
  assert may_only_read(User{"r"}, d: Document) iff d in [Document{"d1"}];
  assert_not may_only_read(User{"w"}, Document{"d2"});
  assert_not may_only_read(User{"nobody"}, Document{"d2"});
}
test "all required" {
  setup {
    is_listed(User{"a"}); is_listed(User{"b"}); is_listed(User{"c"});
    is_listed(Document{"x"}); is_listed(Document{"y"});
    requires(Document{"x"}, Label{"1"});
    requires(Document{"x"}, Label{"2"});
    has_label(User{"a"}, Label{"1"});
    has_label(User{"a"}, Label{"2"});
    has_label(User{"a"}, Label{"3"});
    has_label(User{"b"}, Label{"1"});
    is_banned(User{"a"});
    is_banned(User{"b"});
    is_asleep(User{"b"});
    age(User{"a"}, 17); age(User{"b"}, 18); age(User{"c"}, 40);
  }
  assert has_all_labels(u: User, Document{"x"}) iff u in [User{"a"}];
  assert has_all_labels(u: User, Document{"y"}) iff u in [User{"a"}, User{"b"}, User{"c"}];
  assert unlabelled(d: Document) iff d in [Document{"y"}];
  assert twice(d: Document) iff d in [Document{"x"}];
  assert neither(u: User) iff u in [User{"c"}];
  assert not_both(u: User) iff u in [User{"a"}, User{"c"}];
  assert first(u: User) iff u in [User{"c"}];
  assert bind_tightly(u: User) iff u in [User{"b"}, User{"c"}];
  assert unequal(u: User) iff u in [User{"b"}, User{"c"}];
  assert compared(u: User) iff u in [User{"b"}, User{"c"}];
}
