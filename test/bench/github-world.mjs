/*
 * The world of the engine's bench: users, organizations, repositories and issues; a role hierarchy, and roles that
 * are inherited over one relation. Facts are made from a seed, so every run measures the same thing.
 */

export const GITHUB_POLICY = `
actor User {}
resource Organization {
  roles = ["admin", "member"];
  permissions = ["read", "add_member", "create_repository"];
  "member" if "admin";
  "read" if "member";
  "add_member" if "admin";
  "create_repository" if "member";
}
resource Repository {
  roles = ["admin", "maintainer", "editor", "reader"];
  permissions = ["read", "write", "manage", "delete"];
  relations = { organization: Organization };
  "reader" if "member" on "organization";
  "admin" if "admin" on "organization";
  "maintainer" if "admin";
  "editor" if "maintainer";
  "reader" if "editor";
  "read" if "reader";
  "write" if "editor";
  "manage" if "maintainer";
  "delete" if "admin";
}
resource Issue {
  permissions = ["read", "comment", "close"];
  relations = { repository: Repository, creator: User };
  "read" if "reader" on "repository";
  "comment" if "reader" on "repository";
  "close" if "editor" on "repository";
  "close" if "creator";
}
`;

const PARTS = { users: 0.1, organizations: 0.01, repositories: 0.1, issues: 0.25 };
const ACTIONS = { Repository: ['read', 'write', 'manage', 'delete'], Issue: ['read', 'comment', 'close'] };

/** Numbers of things for about so many facts. */
export function githubSizes(factCount) {
  const count = (part) => Math.max(1, Math.round(factCount * part));
  return {
    users: count(PARTS.users),
    organizations: count(PARTS.organizations),
    repositories: count(PARTS.repositories),
    issues: count(PARTS.issues),
    organizationRoles: count(0.15),
    repositoryRoles: count(0.25),
  };
}

/** The facts one by one, at most this many distinct ones. */
export function* githubFacts(sizes, random) {
  const value = (type, prefix, number) => ({ type, id: `${prefix}-${number}` });
  const user = () => value('User', 'user', random(sizes.users));
  const text = (id) => ({ type: 'String', id });
  const pick = (items) => items[random(items.length)];
  for (let number = 0; number < sizes.repositories; number++) {
    const organization = value('Organization', 'org', random(sizes.organizations));
    yield {
      predicate: 'has_relation',
      args: [value('Repository', 'repo', number), text('organization'), organization],
    };
  }
  for (let number = 0; number < sizes.issues; number++) {
    const issue = value('Issue', 'issue', number);
    const repository = value('Repository', 'repo', random(sizes.repositories));
    yield { predicate: 'has_relation', args: [issue, text('repository'), repository] };
    if (number % 5 < 3) yield { predicate: 'has_relation', args: [issue, text('creator'), user()] };
  }
  for (let number = 0; number < sizes.organizationRoles; number++) {
    const role = text(random(10) === 0 ? 'admin' : 'member');
    yield { predicate: 'has_role', args: [user(), role, value('Organization', 'org', random(sizes.organizations))] };
  }
  for (let number = 0; number < sizes.repositoryRoles; number++) {
    const role = text(pick(['admin', 'maintainer', 'editor', 'reader']));
    yield { predicate: 'has_role', args: [user(), role, value('Repository', 'repo', random(sizes.repositories))] };
  }
}

/**
 * Questions over all users, repositories and issues; about half are allowed, because every second one is about
 * something that the user has a role on.
 */
export function githubQuestions(facts, { sizes, random, count }) {
  const roles = facts.filter(({ predicate, args }) => predicate === 'has_role' && args[2].type === 'Repository');
  const questions = [];
  for (let number = 0; number < count; number++) {
    const type = random(2) === 0 ? 'Repository' : 'Issue';
    const action = ACTIONS[type][random(ACTIONS[type].length)];
    if (number % 2 === 0) {
      const [actor, , resource] = roles[random(roles.length)].args;
      questions.push({ actor, action: random(2) === 0 ? 'read' : 'write', resource });
      continue;
    }
    const id = type === 'Repository' ? `repo-${random(sizes.repositories)}` : `issue-${random(sizes.issues)}`;
    questions.push({ actor: { type: 'User', id: `user-${random(sizes.users)}` }, action, resource: { type, id } });
  }
  return questions;
}

/** Whole numbers below a bound, the same on every machine (mulberry32). */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
