actor User {}
resource Workspace {
  roles = ["member", "admin", "reader", "writer"];
  permissions = ["open"];
  "member" if "admin";
  "open" if "member";
}
resource Board {
  roles = ["reader", "writer"];
  permissions = ["read", "write"];
  relations = { workspace: Workspace };
  "writer" if "admin" on "workspace";
  "reader" if "writer";
  "read" if "reader";
  "write" if "writer";
}
# Every member has the workspace's default role, unless the board says otherwise.
has_role(actor: Actor, role: String, board: Board) if
  workspace matches Workspace and
  has_relation(board, "workspace", workspace) and
  has_default_role(workspace, role) and
  has_role(actor, "member", workspace) and
  not ignores_default_role(board);

test fixture base {
  has_relation(Board{"b1"}, "workspace", Workspace{"w"});
  has_relation(Board{"b2"}, "workspace", Workspace{"w"});
  has_role(User{"mo"}, "member", Workspace{"w"});
  has_role(User{"ad"}, "admin", Workspace{"w"});
}
test "no default" {
  setup { fixture base; }
  assert allow(u: User, "read", Board{"b1"}) iff u in [User{"ad"}];
  assert_not has_role(User{"mo"}, _, Board{"b1"});
}
test "default reader" {
  setup { fixture base; has_default_role(Workspace{"w"}, "reader"); }
  assert allow(u: User, "read", Board{"b1"}) iff u in [User{"ad"}, User{"mo"}];
  assert allow(u: User, "write", Board{"b1"}) iff u in [User{"ad"}];
  assert allow(User{"mo"}, "read", b: Board) iff b in [Board{"b1"}, Board{"b2"}];
}
test "default writer, one board opts out" {
  setup {
    fixture base;
    has_default_role(Workspace{"w"}, "writer");
    ignores_default_role(Board{"b2"});
  }
  assert allow(User{"mo"}, "write", b: Board) iff b in [Board{"b1"}];
  assert allow(User{"mo"}, a: String, Board{"b1"}) iff a in ["read", "write"];
  assert_not allow(User{"mo"}, "read", Board{"b2"});
  assert allow(User{"ad"}, "write", Board{"b2"});
  assert_not allow(User{"outsider"}, "read", Board{"b1"});
}
