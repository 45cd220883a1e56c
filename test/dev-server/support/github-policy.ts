/** The world of the published query tests (api reference, 5.4). */
export const GITHUB_POLICY = `
global {
  roles = ["user"];
  permissions = ["create_repository"];
  "create_repository" if "user";
}

actor User {}

has_role(_: User, "user");

resource Org {
  roles = ["admin", "member"];
  permissions = ["read", "delete"];
  "read" if "member";
  "read" if global "user";
  "delete" if "admin";
}

resource Repo {
  roles = ["admin", "member"];
  permissions = ["read", "write"];
  relations = { parent: Org };
  role if role on "parent";
  "member" if "admin";
  "read" if "member";
  "write" if "admin";
}

actor Computer {}
resource Field {}

allow_field(user: User, "read", repo: Repo, Field{"name"}) if
  has_permission(user, "read", repo);

hello(x) if is_friendly(x);
declare is_friendly(User);
declare is_friendly(Computer);
something(_: User, _: Computer, _other);
declare is_weird(Integer, String, Boolean);
`;

export const GITHUB_FACTS = [
  { predicate: 'has_role', args: args('User:alice', 'String:member', 'Org:acme') },
  { predicate: 'has_role', args: args('User:bob', 'String:admin', 'Org:acme') },
  { predicate: 'has_relation', args: args('Repo:anvil', 'String:parent', 'Org:acme') },
  { predicate: 'has_role', args: args('User:alice', 'String:member', 'Repo:swage') },
];

function args(...texts: readonly string[]): { type: string; id: string }[] {
  return texts.map((text) => {
    const [type = '', id = ''] = text.split(':');
    return { type, id };
  });
}
