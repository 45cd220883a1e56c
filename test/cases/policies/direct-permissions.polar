# Permissions may be stored as facts, as the default allow asks for them.
actor User {}
actor Key {}
resource Bucket { permissions = ["get", "put"]; relations = { project: Project }; permission if permission on "project"; "get" if "put"; }
resource Project {}
test "stored permissions" {
  setup {
    has_permission(User{"u"}, "put", Bucket{"b"});
    has_permission(Key{"k"}, "get", Project{"p"});
    has_permission(Key{"k"}, "odd one", Bucket{"c"});
    has_relation(Bucket{"c"}, "project", Project{"p"});
  }
  assert allow(User{"u"}, a: String, Bucket{"b"}) iff a in ["get", "put"];
  assert allow(Key{"k"}, a: String, Bucket{"c"}) iff a in ["get", "odd one"];
  assert allow(Key{"k"}, "get", x: Resource) iff x in [Project{"p"}, Bucket{"c"}];
  assert_not allow(Key{"k"}, "put", Bucket{"c"});
  assert_not allow(User{"k"}, "get", Bucket{"c"});
}
