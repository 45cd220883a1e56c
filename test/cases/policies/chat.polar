actor User {}
actor App {}
resource Workspace {
  roles = ["owner", "admin", "member", "guest"];
  permissions = ["invite", "list_channels", "install_app"];
  "admin" if "owner"; "member" if "admin"; "guest" if "member";
  "invite" if "admin" or ("member" and members_may_invite(resource));
  "list_channels" if "member";
  "install_app" if "admin";
}
resource Channel {
  roles = ["member", "moderator"];
  permissions = ["read", "post", "pin", "archive"];
  relations = { workspace: Workspace, creator: User };
  "member" if "moderator";
  "moderator" if "creator";
  "moderator" if "admin" on "workspace";
  "read" if "member" or (is_open(resource) and "member" on "workspace");
  "post" if "read" and may_post(actor, resource);
  "pin" if "moderator";
  "archive" if ("creator" or "owner" on "workspace") and is_archivable(resource);
}
resource Message {
  permissions = ["read", "edit", "delete", "react"];
  relations = { channel: Channel, author: User, thread: Message };
  "read" if "read" on "channel";
  "edit" if "author" and "post" on "channel";
  "delete" if "author" or "moderator" on "channel";
  "react" if "read" and ("post" on "channel");
}
has_relation(m: Message, "channel", c: Channel) if
  parent matches Message and has_relation(m, "thread", parent) and has_relation(parent, "channel", c);
may_post(_: Actor, channel: Channel) if not is_announcement(channel);
may_post(actor: Actor, channel: Channel) if is_announcement(channel) and has_role(actor, "moderator", channel);
is_archivable(channel: Channel) if not channel = Channel{"general"};
has_permission(app: App, "read", channel: Channel) if
  workspace matches Workspace and installed(app, workspace) and has_relation(channel, "workspace", workspace) and is_open(channel);
test fixture team {
  has_role(User{"own"}, "owner", Workspace{"w"});
  has_role(User{"adm"}, "admin", Workspace{"w"});
  has_role(User{"mem"}, "member", Workspace{"w"});
  has_role(User{"gst"}, "guest", Workspace{"w"});
  has_relation(Channel{"general"}, "workspace", Workspace{"w"});
  has_relation(Channel{"secret"}, "workspace", Workspace{"w"});
  has_relation(Channel{"secret"}, "creator", User{"mem"});
  has_role(User{"gst"}, "member", Channel{"secret"});
  is_open(Channel{"general"});
  has_relation(Message{"m1"}, "channel", Channel{"secret"});
  has_relation(Message{"m1"}, "author", User{"gst"});
  has_relation(Message{"re1"}, "thread", Message{"m1"});
  has_relation(Message{"re2"}, "thread", Message{"re1"});
}
test "channels" {
  setup { fixture team; installed(App{"bot"}, Workspace{"w"}); }
  assert allow(u: User, "read", Channel{"general"}) iff u in [User{"own"}, User{"adm"}, User{"mem"}];
  assert allow(u: Actor, "read", Channel{"general"}) iff u in [User{"own"}, User{"adm"}, User{"mem"}, App{"bot"}];
  assert allow(u: User, "read", Channel{"secret"}) iff u in [User{"own"}, User{"adm"}, User{"mem"}, User{"gst"}];
  assert_not allow(App{"bot"}, "read", Channel{"secret"});
  assert allow(User{"mem"}, a: String, Channel{"secret"}) iff a in ["read", "post", "pin", "archive"];
  assert allow(User{"gst"}, a: String, Channel{"secret"}) iff a in ["read", "post"];
  assert allow(User{"own"}, "archive", c: Channel) iff c in [Channel{"secret"}];
  assert allow(u: User, "invite", Workspace{"w"}) iff u in [User{"own"}, User{"adm"}];
}
test "messages" {
  setup { fixture team; }
  assert allow(u: User, "read", Message{"re2"}) iff u in [User{"own"}, User{"adm"}, User{"mem"}, User{"gst"}];
  assert allow(User{"gst"}, "edit", m: Message) iff m in [Message{"m1"}];
  assert allow(u: User, "delete", Message{"m1"}) iff u in [User{"gst"}, User{"own"}, User{"adm"}, User{"mem"}];
  assert allow(u: User, "delete", Message{"re1"}) iff u in [User{"own"}, User{"adm"}, User{"mem"}];
  assert allow(User{"gst"}, "react", m: Message) iff m in [Message{"m1"}, Message{"re1"}, Message{"re2"}];
}
test "announcements" {
  setup { fixture team; is_announcement(Channel{"secret"}); members_may_invite(Workspace{"w"}); }
  assert allow(u: User, "post", Channel{"secret"}) iff u in [User{"own"}, User{"adm"}, User{"mem"}];
  assert_not allow(User{"gst"}, "edit", Message{"m1"});
  assert allow(User{"gst"}, "delete", Message{"m1"});
  assert allow(User{"mem"}, "invite", Workspace{"w"});
  assert_not allow(User{"gst"}, "invite", Workspace{"w"});
}
