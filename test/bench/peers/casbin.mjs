/*
 * casbin: roles are kept by its role manager, one domain for each resource, with the hierarchy of roles in each of them.
 * It has no relations, so the caller supplies the repository, organization and creator of what is asked about.
 */
import { parentsOf } from './parents.mjs';

const MODEL = `
[request_definition]
r = user, action, type, repository, organization, creator
[policy_definition]
p = type, action, role, organizationRole, creatorMay
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.action == p.action && r.type == p.type && (g(r.user, p.role, r.repository) || g(r.user, p.organizationRole, r.organization) || (p.creatorMay == "yes" && r.user == r.creator))
`;

/** The least role on the repository, and on its organization, that an action takes. */
const PERMISSIONS = [
  ['Repository', 'read', 'reader', 'member', 'no'],
  ['Repository', 'write', 'editor', 'admin', 'no'],
  ['Repository', 'manage', 'maintainer', 'admin', 'no'],
  ['Repository', 'delete', 'admin', 'admin', 'no'],
  ['Issue', 'read', 'reader', 'member', 'no'],
  ['Issue', 'comment', 'reader', 'member', 'no'],
  ['Issue', 'close', 'editor', 'admin', 'yes'],
];
const HIERARCHIES = {
  Repository: ['admin', 'maintainer', 'editor', 'reader'],
  Organization: ['admin', 'member'],
};

export async function createPeer({ facts, loadPackage }) {
  const { newEnforcer, newModelFromString } = loadPackage('casbin');
  const enforcer = await newEnforcer(newModelFromString(MODEL));
  await enforcer.addPolicies(PERMISSIONS);
  // Hands the role manager to the matcher.
  await enforcer.buildRoleLinks();
  const roles = enforcer.getRoleManager();
  const domains = new Set();
  const parents = parentsOf();
  for (const fact of facts) {
    if (fact.predicate === 'has_relation') parents.add(fact);
    else await addRole(fact.args, { roles, domains });
  }
  return {
    decide({ actor, action, resource }) {
      const { repository = '', organization = '', creator = '' } = parents.of(resource);
      return enforcer.enforceSync(actor.id, action, resource.type, repository, organization, creator);
    },
  };
}

async function addRole([user, role, resource], { roles, domains }) {
  await roles.addLink(user.id, role.id, resource.id);
  if (domains.has(resource.id)) return;
  domains.add(resource.id);
  const hierarchy = HIERARCHIES[resource.type];
  for (const [index, greater] of hierarchy.slice(0, -1).entries()) {
    await roles.addLink(greater, hierarchy[index + 1], resource.id);
  }
}
