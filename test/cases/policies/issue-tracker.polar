actor User {}
actor Group {}
resource Site { roles = ["admin", "user"]; permissions = ["administer", "browse_users"]; "user" if "admin"; "administer" if "admin"; "browse_users" if "user"; }
resource Project {
  roles = ["lead", "developer", "viewer"];
  permissions = ["browse", "create_issue", "configure"];
  relations = { site: Site, lead_user: User };
  "lead" if "lead_user";
  "lead" if "administer" on "site";
  "developer" if "lead";
  "viewer" if "developer";
  "browse" if "viewer";
  "create_issue" if "developer";
  "configure" if "lead";
}
resource Issue {
  permissions = ["view", "edit", "transition", "assign"];
  relations = { project: Project, reporter: User, assignee: User, epic: Issue };
  "view" if "browse" on "project" and passes_security(actor, resource);
  "edit" if "view" and ("assignee" or "reporter" or "configure" on "project");
  "transition" if "edit" and is_unresolved(resource);
  "assign" if "transition" and "create_issue" on "project";
}
passes_security(_: Actor, issue: Issue) if not security_level(issue, _);
passes_security(actor: Actor, issue: Issue) if
  level matches String and project matches Project and role matches String and
  security_level(issue, level) and
  has_relation(issue, "project", project) and
  level_role(project, level, role) and
  has_role(actor, role, project);
security_level(issue: Issue, level: String) if
  epic matches Issue and has_relation(issue, "epic", epic) and security_level(epic, level);
is_unresolved(issue: Issue) if status(issue, s) and s in ["open", "in progress"];
has_role(user: User, role: String, project: Project) if
  group matches Group and member(user, group) and role_of_group(group, role, project);

test "browse and security" {
  setup {
    has_relation(Project{"P"}, "site", Site{"s"});
    has_role(User{"adm"}, "admin", Site{"s"});
    has_role(User{"dev"}, "developer", Project{"P"});
    member(User{"vi"}, Group{"g"});
    role_of_group(Group{"g"}, "viewer", Project{"P"});
    has_relation(Issue{"P-1"}, "project", Project{"P"});
    has_relation(Issue{"P-2"}, "project", Project{"P"});
    has_relation(Issue{"P-3"}, "project", Project{"P"});
    has_relation(Issue{"P-3"}, "epic", Issue{"P-2"});
    security_level(Issue{"P-2"}, "internal");
    level_role(Project{"P"}, "internal", "developer");
    has_relation(Issue{"P-1"}, "reporter", User{"vi"});
    has_relation(Issue{"P-2"}, "reporter", User{"vi"});
    has_relation(Issue{"P-3"}, "assignee", User{"dev"});
    status(Issue{"P-1"}, "open"); status(Issue{"P-2"}, "open"); status(Issue{"P-3"}, "done");
  }
  assert allow(User{"vi"}, "view", i: Issue) iff i in [Issue{"P-1"}];
  assert allow(User{"dev"}, "view", i: Issue) iff i in [Issue{"P-1"}, Issue{"P-2"}, Issue{"P-3"}];
  assert allow(User{"adm"}, "edit", i: Issue) iff i in [Issue{"P-1"}, Issue{"P-2"}, Issue{"P-3"}];
  assert allow(User{"vi"}, "edit", i: Issue) iff i in [Issue{"P-1"}];
  assert allow(User{"dev"}, "edit", i: Issue) iff i in [Issue{"P-3"}];
  assert_not allow(User{"dev"}, "transition", Issue{"P-3"});
  assert allow(User{"adm"}, "assign", i: Issue) iff i in [Issue{"P-1"}, Issue{"P-2"}];
  assert_not allow(User{"vi"}, "assign", Issue{"P-1"});
  assert allow(User{"vi"}, "transition", Issue{"P-1"});
  assert has_role(User{"adm"}, r: String, Project{"P"}) iff r in ["lead", "developer", "viewer"];
  assert security_level(i: Issue, "internal") iff i in [Issue{"P-2"}, Issue{"P-3"}];
  assert_not allow(User{"dev"}, "browse_users", Site{"s"});
}
