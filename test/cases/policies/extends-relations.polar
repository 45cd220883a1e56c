# Shorthand over relations whose type has children, with names looked up in the parents.
actor User {}
actor Person extends User { roles = ["delegate"]; }
resource Container { roles = ["keeper"]; permissions = ["open"]; "open" if "keeper"; }
resource Folder extends Container { relations = { parent: Container }; role if role on "parent"; }
resource Team extends Folder, Container { permissions = ["invite"]; "invite" if "keeper"; }
resource Leaf {
  permissions = ["look"];
  relations = { place: Folder, delegate_of: Person };
  "look" if "open" on "place";
  "look" if "delegate" on "delegate_of";
  "look" if "keeper" on "place";
}
test "inherited names" {
  setup {
    has_relation(Folder{"f"}, "parent", Team{"t"});
    has_relation(Team{"t"}, "parent", Container{"c"});
    has_relation(Leaf{"l"}, "place", Folder{"f"});
    has_relation(Leaf{"m"}, "place", Team{"t"});
    has_role(User{"k"}, "keeper", Container{"c"});
    has_role(Person{"k2"}, "keeper", Team{"t"});
    has_relation(Leaf{"n"}, "delegate_of", Person{"boss"});
    has_role(User{"sec"}, "delegate", Person{"boss"});
  }
  assert allow(User{"k"}, "open", c: Container) iff c in [Container{"c"}, Team{"t"}, Folder{"f"}];
  assert allow(Person{"k2"}, "open", c: Container) iff c in [Team{"t"}, Folder{"f"}];
  assert allow(User{"k"}, "look", l: Leaf) iff l in [Leaf{"l"}, Leaf{"m"}];
  assert allow(u: User, "look", Leaf{"l"}) iff u in [User{"k"}, Person{"k2"}];
  assert allow(u: User, "invite", Team{"t"}) iff u in [User{"k"}, Person{"k2"}];
  assert allow(u: Person, "invite", Team{"t"}) iff u in [Person{"k2"}];
  assert allow(User{"sec"}, "look", l: Leaf) iff l in [Leaf{"n"}];
  assert_not allow(Person{"boss"}, "look", Leaf{"n"});
  assert_not allow(User{"k"}, "invite", Folder{"f"});
}
