/*
 * Cedar: it keeps policies but no entities, so the caller supplies those that a question is about: the user with the roles
 * that matter here, the roles as groups, the resource and its repository.
 */
import { parentsOf } from './parents.mjs';

const POLICIES = `
permit(principal, action == Action::"read", resource is Repository) when { principal in resource.reader };
permit(principal, action == Action::"write", resource is Repository) when { principal in resource.editor };
permit(principal, action == Action::"manage", resource is Repository) when { principal in resource.maintainer };
permit(principal, action == Action::"delete", resource is Repository) when { principal in resource.admin };
permit(principal, action == Action::"read", resource is Issue) when { principal in resource.repository.reader };
permit(principal, action == Action::"comment", resource is Issue) when { principal in resource.repository.reader };
permit(principal, action == Action::"close", resource is Issue) when { principal in resource.repository.editor };
permit(principal, action == Action::"close", resource is Issue) when { resource has creator && principal == resource.creator };
`;
const ROLES = ['admin', 'maintainer', 'editor', 'reader'];
const POLICY_SET = 'github';

export async function createPeer({ facts, loadPackage }) {
  const cedar = loadPackage('@cedar-policy/cedar-wasm/nodejs');
  const parsed = cedar.preparsePolicySet(POLICY_SET, { staticPolicies: POLICIES });
  if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed));
  const parents = parentsOf();
  /** Roles by user, and by resource within. */
  const roles = new Map();
  for (const fact of facts) {
    if (fact.predicate === 'has_relation') parents.add(fact);
    else addRole(fact.args, roles);
  }
  return {
    decide({ actor, action, resource }) {
      const answer = cedar.statefulIsAuthorized({
        principal: actor,
        action: { type: 'Action', id: action },
        resource,
        context: {},
        preparsedPolicySetId: POLICY_SET,
        entities: entitiesOf({ actor, resource, parents: parents.of(resource), roles: roles.get(actor.id) }),
      });
      if (answer.type !== 'success') throw new Error(JSON.stringify(answer));
      return answer.response.decision === 'allow';
    },
  };
}

function addRole([user, role, resource], roles) {
  const ofUser = roles.get(user.id) ?? new Map();
  roles.set(user.id, ofUser.set(resource.id, [...(ofUser.get(resource.id) ?? []), role.id]));
}

function entitiesOf({ actor, resource, parents: { repository, organization, creator }, roles }) {
  const held = [repository, organization].flatMap((place) =>
    (roles?.get(place) ?? []).map((role) => group(place, role)),
  );
  const inRepository = ROLES.map((role, index) =>
    entity(group(repository, role), index + 1 === ROLES.length ? [] : [group(repository, ROLES[index + 1])]),
  );
  const attributes = Object.fromEntries(ROLES.map((role) => [role, { __entity: group(repository, role) }]));
  return [
    entity(actor, held),
    ...inRepository,
    entity(group(organization, 'admin'), [group(organization, 'member'), group(repository, 'admin')]),
    entity(group(organization, 'member'), [group(repository, 'reader')]),
    entity({ type: 'Repository', id: repository }, [], attributes),
    ...(resource.type === 'Issue' ? [issue(resource, repository, creator)] : []),
  ];
}

function issue(uid, repository, creator) {
  const ofRepository = { repository: { __entity: { type: 'Repository', id: repository } } };
  if (creator === undefined) return entity(uid, [], ofRepository);
  return entity(uid, [], { ...ofRepository, creator: { __entity: { type: 'User', id: creator } } });
}

function group(place, role) {
  return { type: 'Role', id: `${place} ${role}` };
}

function entity(uid, parents, attrs = {}) {
  return { uid, attrs, parents };
}
