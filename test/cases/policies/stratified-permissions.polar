# Negated permissions and roles of the same predicate names: strata go by literal and type.
actor User {}
resource Room {
  roles = ["member", "banned", "moderator"];
  permissions = ["join", "speak", "kick", "appeal"];
  relations = { building: Building };
  "member" if "moderator";
  "banned" if "banned" on "building";
  "kick" if "moderator";
}
resource Building {
  roles = ["banned", "tenant"];
  relations = { city: City };
  "banned" if "exile" on "city";
}
resource City { roles = ["exile"]; }
has_permission(user: User, "join", room: Room) if
  has_role(user, "member", room) and not has_role(user, "banned", room);
has_permission(user: User, "speak", room: Room) if
  has_permission(user, "join", room) and not is_muted(user, room);
has_permission(user: User, "appeal", room: Room) if
  has_role(user, "member", room) and not has_permission(user, "speak", room);
has_role(user: User, "tenant", building: Building) if
  room matches Room and has_relation(room, "building", building) and has_permission(user, "join", room);
test "strata" {
  setup {
    has_relation(Room{"r"}, "building", Building{"b"});
    has_relation(Building{"b"}, "city", City{"c"});
    has_role(User{"mod"}, "moderator", Room{"r"});
    has_role(User{"mem"}, "member", Room{"r"});
    has_role(User{"bad"}, "member", Room{"r"});
    has_role(User{"bad"}, "exile", City{"c"});
    has_role(User{"loud"}, "member", Room{"r"});
    is_muted(User{"loud"}, Room{"r"});
  }
  assert allow(u: User, "join", Room{"r"}) iff u in [User{"mod"}, User{"mem"}, User{"loud"}];
  assert allow(u: User, "speak", Room{"r"}) iff u in [User{"mod"}, User{"mem"}];
  assert allow(u: User, "appeal", Room{"r"}) iff u in [User{"bad"}, User{"loud"}];
  assert allow(User{"mod"}, a: String, Room{"r"}) iff a in ["join", "speak", "kick"];
  assert allow(User{"bad"}, a: String, Room{"r"}) iff a in ["appeal"];
  assert has_role(u: User, "tenant", Building{"b"}) iff u in [User{"mod"}, User{"mem"}, User{"loud"}];
  assert has_role(User{"bad"}, r: String, Room{"r"}) iff r in ["member", "banned"];
  assert has_role(User{"bad"}, "banned", Building{"b"});
  assert_not allow(User{"stranger"}, "appeal", Room{"r"});
}
