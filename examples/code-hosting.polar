# A code host: organizations with nested teams, folders with repositories in them, and issues.
#
#   oso-fallback test examples/code-hosting.polar
#
# Rules come first, tests are at the end.

actor User {}

# What the people who run the host may do, in every organization.
global {
  roles = ["auditor"];
  permissions = ["read_usage"];

  "read_usage" if "auditor";
}

resource Organization {
  roles = ["owner", "member"];
  permissions = ["read", "invite", "create_repository", "delete"];

  "member" if "owner";

  "read" if "member" or global "auditor";
  "create_repository" if "member";
  "invite" if "owner";
  "delete" if "owner";
}

# A team can be given roles. Its members have them as well, and so has every team inside it.
resource Team {
  roles = ["lead", "member"];
  permissions = ["read", "add_member"];
  relations = { organization: Organization, parent: Team };

  "read" if "member" on "organization";
  "add_member" if "lead" or "owner" on "organization";
}

has_role(team: Team, role: String, folder: Folder) if
  outer matches Team and
  has_relation(team, "parent", outer) and
  has_role(outer, role, folder);

has_role(team: Team, role: String, repository: Repository) if
  outer matches Team and
  has_relation(team, "parent", outer) and
  has_role(outer, role, repository);

has_role(user: User, role: String, folder: Folder) if
  team matches Team and
  has_role(user, "member", team) and
  has_role(team, role, folder);

has_role(user: User, role: String, repository: Repository) if
  team matches Team and
  has_role(user, "member", team) and
  has_role(team, role, repository);

# A role on a folder is that role on everything below it.
resource Folder {
  roles = ["reader", "writer", "maintainer"];
  permissions = ["read", "create_repository", "delete"];
  relations = { organization: Organization, parent: Folder };

  role if role on "parent";
  "maintainer" if "owner" on "organization";

  "read" if "reader" or "writer" or "maintainer";
  "create_repository" if "writer" or "maintainer";
  "delete" if "maintainer";
}

resource Repository {
  roles = ["reader", "writer", "maintainer"];
  permissions = ["read", "push", "create_issue", "create_release", "change_settings", "delete"];
  relations = { organization: Organization, folder: Folder };

  role if role on "folder";
  "maintainer" if "owner" on "organization";
  "writer" if "maintainer";
  "reader" if "writer";

  "read" if "reader" or global "auditor";
  "create_issue" if "reader";
  "change_settings" if "maintainer";
  "delete" if "maintainer";
}

# An archived repository can be read, and nothing new comes into it.
has_permission(actor: Actor, "push", repository: Repository) if
  has_role(actor, "writer", repository) and
  not is_archived(repository);

has_permission(actor: Actor, "create_release", repository: Repository) if
  has_role(actor, "maintainer", repository) and
  not is_archived(repository);

# Everybody reads public repositories, and may report what is wrong with them.
has_permission(_: User, "read", repository: Repository) if
  is_public(repository);

has_permission(_: User, "create_issue", repository: Repository) if
  is_public(repository) and
  not is_archived(repository);

# An organization decides what its members may do where nothing else is said.
has_role(user: User, role: String, repository: Repository) if
  organization matches Organization and
  has_relation(repository, "organization", organization) and
  has_default_role(organization, role) and
  has_role(user, "member", organization);

# Guests: a role until a point in time, in seconds since 1970.
has_role(user: User, role: String, repository: Repository) if
  expiry matches Integer and
  has_role_until(user, role, repository, expiry) and
  @current_unix_time < expiry;

# Custom roles: an organization makes them up, grants them permissions, and gives them to its people.
resource Role {
  relations = { organization: Organization };
  permissions = ["edit"];

  "edit" if "owner" on "organization";
}

has_permission(user: User, permission: String, repository: Repository) if
  organization matches Organization and
  role matches Role and
  has_relation(repository, "organization", organization) and
  has_role(user, role, organization) and
  grants_permission(role, permission);

resource Issue {
  permissions = ["read", "comment", "close", "assign"];
  relations = { repository: Repository, author: User, assignee: User };

  "read" if "read" on "repository";
  "close" if "author" or "assignee" or "writer" on "repository";
  "assign" if "writer" on "repository";
}

has_permission(user: User, "comment", issue: Issue) if
  has_permission(user, "read", issue) and
  not is_locked(issue);

# Acme keeps its repositories in folders: code/ has web/ in it, and web/ has the repository `shop`.

test fixture acme {
  has_role(User{"olga"}, "owner", Organization{"acme"});
  has_role(User{"mia"}, "member", Organization{"acme"});

  has_relation(Folder{"code"}, "organization", Organization{"acme"});
  has_relation(Folder{"web"}, "parent", Folder{"code"});
  has_relation(Repository{"shop"}, "folder", Folder{"web"});
  has_relation(Repository{"shop"}, "organization", Organization{"acme"});
  has_relation(Repository{"notes"}, "organization", Organization{"acme"});
}

test "owners can do everything in their organization" {
  setup { fixture acme; }

  assert allow(User{"olga"}, "invite", Organization{"acme"});
  assert allow(User{"olga"}, "read", Organization{"acme"});
  assert allow(User{"olga"}, "delete", Folder{"code"});
  assert allow(User{"olga"}, "push", Repository{"shop"});
  assert allow(User{"olga"}, "create_release", Repository{"notes"});
  assert_not allow(User{"olga"}, "invite", Organization{"globex"});
}

test "members have the default role and no other" {
  setup {
    fixture acme;
    has_default_role(Organization{"acme"}, "reader");
  }

  assert allow(User{"mia"}, action: String, Repository{"shop"}) iff action in ["read", "create_issue"];
  assert allow(User{"mia"}, action: String, Organization{"acme"}) iff action in ["read", "create_repository"];
  assert_not allow(User{"eve"}, "read", Repository{"shop"});
}

test "without a default role members see no repository" {
  setup { fixture acme; }

  assert_not allow(User{"mia"}, "read", Repository{"shop"});
  assert_not allow(User{"mia"}, "read", Folder{"code"});
}

test "roles go down the tree of folders, and never up" {
  setup {
    fixture acme;
    has_role(User{"walt"}, "writer", Folder{"web"});
  }

  assert has_role(User{"walt"}, "reader", Repository{"shop"});
  assert allow(User{"walt"}, "push", Repository{"shop"});
  assert allow(User{"walt"}, "create_repository", Folder{"web"});
  assert_not allow(User{"walt"}, "read", Folder{"code"});
  assert_not allow(User{"walt"}, "push", Repository{"notes"});
  assert_not allow(User{"walt"}, "change_settings", Repository{"shop"});
}

test "a team passes its roles to its members and to the teams inside it" {
  setup {
    fixture acme;
    has_relation(Team{"engineering"}, "organization", Organization{"acme"});
    has_relation(Team{"frontend"}, "organization", Organization{"acme"});
    has_relation(Team{"frontend"}, "parent", Team{"engineering"});
    has_relation(Team{"css"}, "parent", Team{"frontend"});
    has_role(User{"ella"}, "member", Team{"engineering"});
    has_role(User{"cleo"}, "member", Team{"css"});
    has_role(User{"cleo"}, "lead", Team{"css"});
    has_role(Team{"engineering"}, "reader", Folder{"code"});
    has_role(Team{"css"}, "writer", Repository{"shop"});
  }

  assert allow(User{"ella"}, "read", Repository{"shop"});
  assert allow(User{"cleo"}, "read", Folder{"web"});
  assert allow(User{"cleo"}, "push", Repository{"shop"});
  assert_not allow(User{"ella"}, "push", Repository{"shop"});
  assert allow(User{"cleo"}, "add_member", Team{"css"});
  assert_not allow(User{"cleo"}, "add_member", Team{"frontend"});
  assert allow(User{"olga"}, "add_member", Team{"frontend"});
  assert allow(User{"mia"}, "read", Team{"engineering"});
}

test "teams that contain each other end somewhere" {
  setup {
    has_relation(Team{"left"}, "parent", Team{"right"});
    has_relation(Team{"right"}, "parent", Team{"left"});
    has_role(Team{"left"}, "reader", Repository{"shop"});
    has_role(User{"ann"}, "member", Team{"right"});
  }

  assert allow(User{"ann"}, "read", Repository{"shop"});
  assert_not allow(User{"ann"}, "push", Repository{"shop"});
}

test "everybody reads public repositories" {
  setup {
    is_public(Repository{"blog"});
    has_relation(Issue{"blog#1"}, "repository", Repository{"blog"});
  }

  assert allow(User{"stranger"}, action: String, Repository{"blog"}) iff action in ["read", "create_issue"];
  assert allow(User{"stranger"}, action: String, Issue{"blog#1"}) iff action in ["read", "comment"];
  assert allow(User{"stranger"}, "read", repository: Repository) iff repository in [Repository{"blog"}];
}

test "nothing new comes into an archived repository" {
  setup {
    fixture acme;
    is_public(Repository{"shop"});
    is_archived(Repository{"shop"});
  }

  assert allow(User{"olga"}, "read", Repository{"shop"});
  assert allow(User{"olga"}, "delete", Repository{"shop"});
  assert_not allow(User{"olga"}, "push", Repository{"shop"});
  assert_not allow(User{"olga"}, "create_release", Repository{"shop"});
  assert_not allow(User{"stranger"}, "create_issue", Repository{"shop"});
  assert allow(User{"stranger"}, "read", Repository{"shop"});
}

test "a guest has the role until it expires" {
  setup {
    has_role_until(User{"greta"}, "writer", Repository{"shop"}, 4102444800);
    has_role_until(User{"past"}, "writer", Repository{"shop"}, 946684800);
  }

  assert allow(User{"greta"}, "push", Repository{"shop"});
  assert allow(User{"greta"}, "read", Repository{"shop"});
  assert_not allow(User{"past"}, "read", Repository{"shop"});
}

test "custom roles grant what their organization says, within it" {
  setup {
    fixture acme;
    has_relation(Role{"acme/release-manager"}, "organization", Organization{"acme"});
    grants_permission(Role{"acme/release-manager"}, "read");
    grants_permission(Role{"acme/release-manager"}, "create_release");
    has_role(User{"rita"}, Role{"acme/release-manager"}, Organization{"acme"});
    has_relation(Repository{"elsewhere"}, "organization", Organization{"globex"});
  }

  assert allow(User{"rita"}, action: String, Repository{"shop"}) iff action in ["read", "create_release"];
  assert_not allow(User{"rita"}, "read", Repository{"elsewhere"});
  assert allow(User{"olga"}, "edit", Role{"acme/release-manager"});
  assert_not allow(User{"rita"}, "edit", Role{"acme/release-manager"});
}

test "auditors read everywhere and change nothing" {
  setup {
    fixture acme;
    has_role(User{"ada"}, "auditor");
  }

  assert has_permission(User{"ada"}, "read_usage");
  assert allow(User{"ada"}, action: String, Repository{"shop"}) iff action in ["read"];
  assert allow(User{"ada"}, action: String, Organization{"acme"}) iff action in ["read"];
  assert_not has_permission(User{"olga"}, "read_usage");
}

test "authors and assignees close issues, writers assign them, locks stop the talk" {
  setup {
    fixture acme;
    has_default_role(Organization{"acme"}, "reader");
    has_relation(Issue{"shop#1"}, "repository", Repository{"shop"});
    has_relation(Issue{"shop#1"}, "author", User{"mia"});
    has_relation(Issue{"shop#2"}, "repository", Repository{"shop"});
    has_relation(Issue{"shop#2"}, "assignee", User{"mia"});
    has_relation(Issue{"shop#3"}, "repository", Repository{"shop"});
    is_locked(Issue{"shop#3"});
  }

  assert allow(User{"mia"}, action: String, Issue{"shop#1"}) iff action in ["read", "comment", "close"];
  assert allow(User{"mia"}, "close", issue: Issue) iff issue in [Issue{"shop#1"}, Issue{"shop#2"}];
  assert allow(User{"mia"}, action: String, Issue{"shop#3"}) iff action in ["read"];
  assert allow(User{"olga"}, "assign", Issue{"shop#3"});
  assert_not allow(User{"olga"}, "comment", Issue{"shop#3"});
}
