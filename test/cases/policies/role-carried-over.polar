# `role if role on` carries the very same role over; a literal head takes any role.
actor User {}
resource Project {
  roles = ["guest", "editor", "lead"];
  permissions = ["see"];
  relations = { parent: Project };
  role if role on "parent";
  "see" if role on "parent";
  "see" if "guest";
}
resource Task {
  roles = ["editor", "lead", "watcher"];
  permissions = ["edit", "assign", "watch"];
  relations = { project: Project };
  role if role on "project";
  permission if permission on "project";
  "edit" if "editor";
  "assign" if "lead";
  "watch" if role on "project" or "watcher";
}
test "the same role is inherited" {
  setup {
    has_relation(Project{"sub"}, "parent", Project{"top"});
    has_relation(Project{"subsub"}, "parent", Project{"sub"});
    has_relation(Task{"t"}, "project", Project{"subsub"});
    has_role(User{"ed"}, "editor", Project{"top"});
    has_role(User{"lee"}, "lead", Project{"sub"});
    has_role(User{"gus"}, "guest", Project{"subsub"});
    has_role(User{"wat"}, "watcher", Task{"t"});
  }
  assert has_role(User{"ed"}, r: String, Project{"subsub"}) iff r in ["editor"];
  assert has_role(User{"lee"}, r: String, Project{"top"}) iff r in [];
  assert has_role(User{"lee"}, r: String, Task{"t"}) iff r = "lead";
  assert has_role(User{"gus"}, "guest", Task{"t"});
  assert allow(u: User, "edit", Task{"t"}) iff u in [User{"ed"}];
  assert allow(u: User, "assign", Task{"t"}) iff u in [User{"lee"}];
  assert allow(u: User, "watch", Task{"t"}) iff u in [User{"ed"}, User{"lee"}, User{"gus"}, User{"wat"}];
  assert allow(u: User, "see", Project{"subsub"}) iff u in [User{"ed"}, User{"lee"}, User{"gus"}];
  assert allow(u: User, "see", Project{"sub"}) iff u in [User{"ed"}];
  assert allow(u: User, "see", Project{"top"}) iff u in [];
  assert allow(u: User, "see", Task{"t"}) iff u in [User{"ed"}, User{"lee"}, User{"gus"}];
  assert_not has_role(User{"wat"}, "watcher", Project{"subsub"});
}
