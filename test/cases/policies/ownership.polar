actor User {}
actor Bot { relations = { operator: User }; permissions = ["stop"]; "stop" if "operator"; }
resource Note {
  permissions = ["read", "write", "share", "delete"];
  roles = ["editor", "reader"];
  relations = { owner: User, co_owner: User, };
  "editor" if "owner";
  "editor" if "co_owner";
  "reader" if "editor";
  "read" if "reader";
  "write" if "editor";
  "share" if "owner" and not_locked(resource);
  "delete" if "owner" on resource;
}
not_locked(note: Note) if not is_locked(note);
test "owners" {
  setup {
    has_relation(Note{"n1"}, "owner", User{"ann"});
    has_relation(Note{"n1"}, "co_owner", User{"bob"});
    has_relation(Note{"n2"}, "owner", User{"ann"});
    is_locked(Note{"n2"});
    has_role(User{"cy"}, "reader", Note{"n1"});
    has_role(Bot{"r2"}, "editor", Note{"n1"});
    has_relation(Bot{"r2"}, "operator", User{"ann"});
  }
  assert allow(User{"ann"}, a: String, Note{"n1"}) iff a in ["read", "write", "share", "delete"];
  assert allow(User{"ann"}, a: String, Note{"n2"}) iff a in ["read", "write", "delete"];
  assert allow(User{"bob"}, a: String, Note{"n1"}) iff a in ["read", "write"];
  assert allow(User{"cy"}, a: String, Note{"n1"}) iff a in ["read"];
  assert allow(Bot{"r2"}, a: String, Note{"n1"}) iff a in ["read", "write"];
  assert_not allow(User{"r2"}, "read", Note{"n1"});
  assert allow(x: Actor, "write", Note{"n1"}) iff x in [User{"ann"}, User{"bob"}, Bot{"r2"}];
  assert allow(x: User, "write", Note{"n1"}) iff x in [User{"ann"}, User{"bob"}];
  assert allow(x: Bot, "write", Note{"n1"}) iff x in [Bot{"r2"}];
  assert allow(User{"ann"}, "delete", n: Note) iff n in [Note{"n1"}, Note{"n2"}];
  assert allow(User{"ann"}, "stop", Bot{"r2"});
  assert_not allow(User{"bob"}, "stop", Bot{"r2"});
  assert_not allow(Bot{"r2"}, "stop", Bot{"r2"});
  assert not_locked(Note{"n1"});
  assert not_locked(Note{"never seen"});
  assert_not not_locked(Note{"n2"});
  assert_not allow(Note{"n1"}, "read", Note{"n1"});
}
