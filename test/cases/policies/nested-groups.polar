actor User {}
actor Group { relations = { member: User, subgroup: Group }; }

in_group(user: User, group: Group) if has_relation(group, "member", user);
in_group(user: User, group: Group) if
  sub matches Group and
  has_relation(group, "subgroup", sub) and
  in_group(user, sub);

resource Channel {
  roles = ["reader", "poster"];
  permissions = ["read", "post"];
  "reader" if "poster";
  "read" if "reader";
  "post" if "poster";
}
has_role(user: User, role: String, channel: Channel) if
  group matches Group and
  in_group(user, group) and
  has_role(group, role, channel);

test "groups in groups" {
  setup {
    has_relation(Group{"all"}, "subgroup", Group{"eng"});
    has_relation(Group{"eng"}, "subgroup", Group{"infra"});
    has_relation(Group{"infra"}, "subgroup", Group{"all"}); # a circle
    has_relation(Group{"infra"}, "member", User{"ivy"});
    has_relation(Group{"sales"}, "member", User{"sam"});
    has_role(Group{"all"}, "reader", Channel{"general"});
    has_role(Group{"sales"}, "poster", Channel{"deals"});
    has_role(User{"solo"}, "poster", Channel{"deals"});
  }
  assert in_group(User{"ivy"}, g: Group) iff g in [Group{"infra"}, Group{"eng"}, Group{"all"}];
  assert in_group(u: User, Group{"sales"}) iff u in [User{"sam"}];
  assert allow(User{"ivy"}, "read", Channel{"general"});
  assert_not allow(User{"ivy"}, "post", Channel{"general"});
  assert allow(User{"sam"}, "post", Channel{"deals"});
  assert allow(a: Actor, "post", Channel{"deals"}) iff a in [User{"sam"}, User{"solo"}, Group{"sales"}];
  assert allow(a: User, "read", Channel{"deals"}) iff a in [User{"sam"}, User{"solo"}];
  assert allow(a: Group, "read", Channel{"general"}) iff a in [Group{"all"}];
  assert allow(User{"sam"}, a: String, Channel{"deals"}) iff a in ["post", "read"];
  assert allow(User{"sam"}, "read", c: Channel) iff c in [Channel{"deals"}];
  assert_not in_group(User{"solo"}, _);
  assert in_group(User{"ivy"}, _);
}
