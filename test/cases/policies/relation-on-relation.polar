# A relation of the related thing, two steps away; any role and any permission by one global role.
actor User {}
actor Team { relations = { lead: User }; }
global { roles = ["root", "janitor"]; permissions = ["sweep"]; role if has_role_by_law(actor, role); permission if global "root"; "sweep" if "janitor"; }
resource Folder { roles = ["steward"]; relations = { owner: User, team: Team }; }
resource Doc {
  roles = ["editor", "reader"];
  permissions = ["read", "edit"];
  relations = { folder: Folder, owner: User };
  "editor" if "owner" on "folder";
  "editor" if "owner";
  "reader" if "team" on "folder";
  "reader" if "editor";
  "read" if "reader";
  "edit" if "editor";
  role if global "root";
  permission if "steward" on "folder" and knows(actor, permission);
}
has_relation(doc: Doc, "owner", lead: User) if
  folder matches Folder and team matches Team and
  has_relation(doc, "folder", folder) and has_relation(folder, "team", team) and has_relation(team, "lead", lead);
test "two steps" {
  setup {
    has_relation(Doc{"d"}, "folder", Folder{"f"});
    has_relation(Folder{"f"}, "owner", User{"fo"});
    has_relation(Folder{"f"}, "team", Team{"t"});
    has_relation(Team{"t"}, "lead", User{"tl"});
    has_relation(Doc{"d"}, "owner", User{"do"});
    has_role(User{"st"}, "steward", Folder{"f"});
    knows(User{"st"}, "edit"); knows(User{"st"}, "fold"); knows(User{"do"}, "fold");
    has_role_by_law(User{"r"}, "root");
    has_role(User{"j"}, "janitor");
  }
  assert has_role(a: Actor, "editor", Doc{"d"}) iff a in [User{"fo"}, User{"tl"}, User{"do"}, User{"r"}];
  assert allow(a: Actor, "read", Doc{"d"});
  assert allow(a: Team, "read", Doc{"d"}) iff a in [Team{"t"}];
  assert allow(User{"st"}, p: String, Doc{"d"}) iff p in ["edit", "fold"];
  assert has_role(User{"r"}, "anything", Doc{"new"});
  assert allow(User{"r"}, "read", Doc{"new"});
  assert has_role(User{"r"}, r: String) iff r in ["root"];
  assert has_permission(User{"r"}, "unheard of");
  assert_not has_permission(User{"j"}, "unheard of");
  assert has_permission(User{"j"}, p: String) iff p = "sweep";
  assert_not has_role(User{"j"}, "anything", Doc{"d"});
  assert has_relation(Doc{"d"}, "owner", u: User) iff u in [User{"do"}, User{"tl"}];
}
