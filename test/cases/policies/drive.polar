# Sharing with people, groups, a domain, and by link.
actor User { relations = { domain: Domain }; }
actor Group {}
resource Domain {}
resource Item {
  roles = ["viewer", "commenter", "editor", "owner"];
  permissions = ["view", "comment", "edit", "share", "trash"];
  "editor" if "owner"; "commenter" if "editor"; "viewer" if "commenter";
  "view" if "viewer"; "comment" if "commenter"; "edit" if "editor";
  "share" if "owner"; "trash" if "owner";
}
resource Folder extends Item { relations = { parent: Folder }; role if role on "parent"; }
resource File extends Item { relations = { parent: Folder }; role if role on "parent"; }
has_role(user: User, role: String, item: Item) if group matches Group and in_group(user, group) and has_role(group, role, item);
in_group(user: User, group: Group) if direct_member(user, group);
in_group(user: User, group: Group) if g matches Group and nested(g, group) and in_group(user, g);
has_role(user: User, role: String, item: Item) if
  domain matches Domain and has_relation(user, "domain", domain) and shared_with_domain(item, domain, role);
has_role(_: User, role: String, item: Item) if link_sharing(item, role) and role in ["viewer", "commenter", "editor"];
test fixture things {
  has_relation(Folder{"sub"}, "parent", Folder{"top"});
  has_relation(File{"f"}, "parent", Folder{"sub"});
  has_role(User{"own"}, "owner", Folder{"top"});
}
test "people and groups" {
  setup {
    fixture things;
    direct_member(User{"gina"}, Group{"inner"});
    nested(Group{"inner"}, Group{"outer"});
    has_role(Group{"outer"}, "commenter", Folder{"sub"});
    has_role(User{"fay"}, "viewer", File{"f"});
  }
  assert allow(User{"own"}, a: String, File{"f"}) iff a in ["view", "comment", "edit", "share", "trash"];
  assert allow(User{"gina"}, a: String, File{"f"}) iff a in ["view", "comment"];
  assert allow(User{"gina"}, "view", f: Folder) iff f in [Folder{"sub"}];
  assert allow(User{"gina"}, "view", i: Item) iff i in [Folder{"sub"}, File{"f"}];
  assert allow(u: User, "view", File{"f"}) iff u in [User{"own"}, User{"gina"}, User{"fay"}];
  assert allow(g: Group, "comment", File{"f"}) iff g in [Group{"outer"}];
  assert_not allow(User{"fay"}, "view", Folder{"sub"});
}
test "domain and link" {
  setup {
    fixture things;
    has_relation(User{"dom"}, "domain", Domain{"acme.com"});
    shared_with_domain(Folder{"top"}, Domain{"acme.com"}, "editor");
    link_sharing(File{"open"}, "viewer");
    link_sharing(File{"wrong"}, "owner");
  }
  assert allow(User{"dom"}, "edit", File{"f"});
  assert_not allow(User{"dom"}, "share", File{"f"});
  assert_not allow(User{"else"}, "view", File{"f"});
  assert allow(User{"else"}, "view", f: File) iff f in [File{"open"}];
  assert allow(User{"else"}, a: String, File{"open"}) iff a in ["view"];
  assert_not allow(Group{"else"}, "view", File{"open"});
  assert_not allow(User{"else"}, "view", File{"wrong"});
}
