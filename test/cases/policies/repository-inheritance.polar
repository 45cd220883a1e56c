actor User {}

resource Organization {
  roles = ["member", "admin"];
  permissions = ["repository.create"];
  "member" if "admin";
  "repository.create" if "admin";
}

resource Repository {
  roles = ["reader", "writer", "maintainer"];
  permissions = ["pull", "push", "settings.edit"];
  relations = { organization: Organization };

  "reader" if "member" on "organization";
  "maintainer" if "admin" on "organization";
  "writer" if "maintainer";
  "reader" if "writer";
  "pull" if "reader";
  "push" if "writer";
  "settings.edit" if "maintainer";
}

resource Issue {
  roles = ["creator"];
  permissions = ["read", "comment", "close"];
  relations = { repository: Repository };
  "read" if "pull" on "repository";
  "comment" if "reader" on "repository";
  "close" if "creator" or "maintainer" on "repository";
}

# A relation may be derived, too.
resource Issue { relations = { repository_parent: Organization }; }
has_relation(issue: Issue, "repository_parent", org: Organization) if
  repo matches Repository and
  has_relation(issue, "repository", repo) and
  has_relation(repo, "organization", org);

test fixture code {
  has_relation(Repository{"anvil"}, "organization", Organization{"acme"});
  has_relation(Repository{"bolt"}, "organization", Organization{"acme"});
  has_relation(Issue{"1"}, "repository", Repository{"anvil"});
  has_relation(Issue{"2"}, "repository", Repository{"bolt"});
}

test "members read" {
  setup {
    fixture code;
    has_role(User{"mia"}, "member", Organization{"acme"});
    has_role(User{"wim"}, "writer", Repository{"anvil"});
    has_role(User{"ada"}, "admin", Organization{"acme"});
    has_role(User{"cleo"}, "creator", Issue{"2"});
  }
  assert allow(User{"mia"}, "pull", Repository{"anvil"});
  assert_not allow(User{"mia"}, "push", Repository{"anvil"});
  assert allow(User{"wim"}, "push", Repository{"anvil"});
  assert_not allow(User{"wim"}, "pull", Repository{"bolt"});
  assert allow(u: User, "push", Repository{"anvil"}) iff u in [User{"wim"}, User{"ada"}];
  assert allow(u: User, "close", Issue{"1"}) iff u in [User{"ada"}];
  assert allow(u: User, "close", Issue{"2"}) iff u in [User{"ada"}, User{"cleo"}];
  assert allow(u: User, "read", Issue{"1"}) iff u in [User{"ada"}, User{"wim"}, User{"mia"}];
  assert_not allow(User{"cleo"}, "read", Issue{"2"});
  assert allow(User{"ada"}, a: String, Repository{"bolt"}) iff a in ["pull", "push", "settings.edit"];
  assert allow(User{"ada"}, a: String, Organization{"acme"}) iff a in ["repository.create"];
  assert has_relation(Issue{"1"}, "repository_parent", o: Organization) iff o in [Organization{"acme"}];
  assert has_relation(Issue{"1"}, name: String, Organization{"acme"}) iff name in ["repository_parent"];
  assert has_relation(i: Issue, "repository_parent", Organization{"acme"}) iff i in [Issue{"1"}, Issue{"2"}];
  assert_not has_relation(Organization{"acme"}, "organization", Repository{"anvil"});
}
