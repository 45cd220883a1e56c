/* The `oso` library: rules in Polar, facts in objects of the application, which the rules ask. */
import { parentsOf } from './parents.mjs';

const RULES = `
allow(actor, action, resource) if has_permission(actor, action, resource);
has_role(user: User, role: String, organization: Organization) if user.hasRole(role, organization.id);
has_role(user: User, role: String, repository: Repository) if user.hasRole(role, repository.id);
has_relation(organization: Organization, "organization", repository: Repository) if organization = repository.organization;
has_relation(repository: Repository, "repository", issue: Issue) if repository = issue.repository;
has_relation(user: User, "creator", issue: Issue) if issue.isCreatedBy(user.id);
`;

export async function createPeer({ facts, policy, loadPackage }) {
  const { Oso } = loadPackage('oso');
  const parents = parentsOf();
  const roles = new Set();
  for (const fact of facts) {
    if (fact.predicate === 'has_relation') parents.add(fact);
    else roles.add(roleKey(...fact.args.map(({ id }) => id)));
  }
  const classes = createClasses({ parents, roles });
  const oso = new Oso();
  for (const type of Object.values(classes)) oso.registerClass(type);
  await oso.loadStr(`${policy}${RULES}`);
  return {
    decide: ({ actor, action, resource }) =>
      oso.isAllowed(new classes.User(actor.id), action, new classes[resource.type](resource.id)),
  };
}

function roleKey(user, role, resource) {
  return `${user} ${role} ${resource}`;
}

function createClasses({ parents, roles }) {
  class Entity {
    constructor(id) {
      this.id = id;
    }
  }
  class User extends Entity {
    hasRole(role, resource) {
      return roles.has(roleKey(this.id, role, resource));
    }
  }
  class Organization extends Entity {}
  class Repository extends Entity {
    get organization() {
      return new Organization(parents.of({ type: 'Repository', id: this.id }).organization);
    }
  }
  class Issue extends Entity {
    get repository() {
      return new Repository(parents.of({ type: 'Issue', id: this.id }).repository);
    }
    isCreatedBy(user) {
      return parents.of({ type: 'Issue', id: this.id }).creator === user;
    }
  }
  return { User, Organization, Repository, Issue };
}
