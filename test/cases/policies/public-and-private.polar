actor User {}
actor Visitor {}
resource Video {
  permissions = ["watch", "comment", "manage"];
  relations = { channel: Channel };
  "watch" if is_public(resource) or "subscribe" on "channel";
  "comment" if ("subscribe" on "channel" or is_public(resource)) and comments_on(resource);
  "manage" if "owner" on "channel";
}
resource Channel {
  roles = ["subscriber"];
  permissions = ["subscribe"];
  relations = { owner: User };
  "subscriber" if "owner";
  "subscribe" if "subscriber";
}
comments_on(video: Video) if not comments_off(video);
# Visitors never comment: a fact of the policy forbids it for them.
has_permission(v: Visitor, "report", video: Video) if is_public(video) and not is_banned(v);

test "public and private" {
  setup {
    is_public(Video{"pub"});
    is_public(Video{"quiet"});
    comments_off(Video{"quiet"});
    has_relation(Video{"priv"}, "channel", Channel{"c"});
    has_relation(Video{"quiet"}, "channel", Channel{"c"});
    has_relation(Channel{"c"}, "owner", User{"own"});
    has_role(User{"sub"}, "subscriber", Channel{"c"});
    is_banned(Visitor{"troll"});
  }
  assert allow(User{"x"}, "watch", v: Video) iff v in [Video{"pub"}, Video{"quiet"}];
  assert allow(Visitor{"x"}, "watch", v: Video) iff v in [Video{"pub"}, Video{"quiet"}];
  assert allow(User{"sub"}, "watch", v: Video) iff v in [Video{"pub"}, Video{"quiet"}, Video{"priv"}];
  assert allow(User{"own"}, "manage", v: Video) iff v in [Video{"priv"}, Video{"quiet"}];
  assert allow(User{"sub"}, "comment", v: Video) iff v in [Video{"pub"}, Video{"priv"}];
  assert_not allow(User{"own"}, "comment", Video{"quiet"});
  assert allow(User{"x"}, "comment", Video{"pub"});
  assert allow(Visitor{"kind"}, "report", Video{"pub"});
  assert_not allow(Visitor{"troll"}, "report", Video{"pub"});
  assert_not allow(User{"x"}, "report", Video{"pub"});
  assert_not allow(User{"sub"}, "manage", Video{"priv"});
}
