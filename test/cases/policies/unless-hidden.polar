# `permission if permission on` beside a negated permission: no cycle, since the literals differ.
actor User {}
resource Folder {
  roles = ["viewer", "blocked", "editor"]; permissions = ["read", "hide"];
  relations = { parent: Folder };
  role if role on "parent";
  permission if permission on "parent";
}
has_permission(u: User, "read", f: Folder) if has_role(u, "viewer", f) and not has_permission(u, "hide", f);
has_permission(u: User, "hide", f: Folder) if has_role(u, "blocked", f);
has_role(u: User, "editor", f: Folder) if trusted(u, f) and not has_role(u, "blocked", f);
test "t" {
  setup {
    has_relation(Folder{"b"}, "parent", Folder{"a"});
    has_role(User{"v"}, "viewer", Folder{"a"}); has_role(User{"w"}, "viewer", Folder{"a"}); has_role(User{"w"}, "blocked", Folder{"b"});
    trusted(User{"v"}, Folder{"b"}); trusted(User{"w"}, Folder{"b"});
  }
  assert allow(User{"v"}, "read", f: Folder) iff f in [Folder{"a"}, Folder{"b"}];
  assert allow(User{"w"}, "read", f: Folder) iff f in [Folder{"a"}, Folder{"b"}];
  assert allow(u: User, "hide", Folder{"b"}) iff u = User{"w"};
  assert has_role(u: User, "editor", Folder{"b"}) iff u = User{"v"};
  assert allow(User{"w"}, a: String, Folder{"b"}) iff a in ["read", "hide"];
}
