# Every part of a block, commas at the end, comments between tokens.
actor User {}
actor Robot extends User, { }
resource Organization { roles = ["admin", "member",]; }
resource Repository # a comment
{
  relations = { organization: Organization, owner: User, };
  permissions = ["repository.create", "read"];
  roles = [ # first
    "reader", # second
    "writer"
  ];

  "reader" if "writer" or "owner";
  "read" if "reader" and ("member" on "organization" or is_public(resource));
  role if role on "organization";
  permission if permission on "organization";
  "writer" if "owner" on resource;
  "repository.create" if global "auditor" and ("writer" or "reader");
}
global { roles = ["auditor"]; permissions = ["audit"]; "audit" if "auditor"; }
