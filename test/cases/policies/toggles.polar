# Switches in facts with a Boolean, and switches by the mere presence of a fact.
actor User {}
resource Repo {
  roles = ["member", "admin"];
  permissions = ["read", "delete", "fork"];
  "member" if "admin";
  "read" if "member";
  "delete" if "admin" and is_deletable(resource);
  "fork" if "member" and setting(resource, "forking", true);
}
is_deletable(repo: Repo) if not is_protected(repo);
has_permission(_: User, "read", repo: Repo) if setting(repo, "public", true) and not setting(repo, "public", false);

test "switches" {
  setup {
    has_role(User{"a"}, "admin", Repo{"r1"});
    has_role(User{"a"}, "admin", Repo{"r2"});
    has_role(User{"m"}, "member", Repo{"r1"});
    is_protected(Repo{"r2"});
    setting(Repo{"r1"}, "forking", true);
    setting(Repo{"r2"}, "forking", false);
    setting(Repo{"r3"}, "public", true);
    setting(Repo{"r4"}, "public", true);
    setting(Repo{"r4"}, "public", false);
  }
  assert allow(User{"a"}, "delete", Repo{"r1"});
  assert_not allow(User{"a"}, "delete", Repo{"r2"});
  assert_not allow(User{"m"}, "delete", Repo{"r1"});
  assert allow(u: User, "fork", Repo{"r1"}) iff u in [User{"a"}, User{"m"}];
  assert allow(u: User, "fork", Repo{"r2"}) iff u in [];
  assert allow(User{"nobody"}, "read", r: Repo) iff r in [Repo{"r3"}];
  assert setting(Repo{"r4"}, "public", b: Boolean) iff b in [true, false];
  assert setting(Repo{"r1"}, "forking", b: Boolean) iff b = true;
  assert setting(Repo{"r1"}, "forking", b: Boolean) iff b in [Boolean{true}];
  assert_not setting(Repo{"r1"}, "forking", "true");
  assert is_deletable(Repo{"unknown"});
}
