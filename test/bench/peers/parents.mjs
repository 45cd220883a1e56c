/*
 * What an engine without relations has to be told with each question: a `Map` for each relation, as an application would
 * have them in its database.
 */
export function parentsOf() {
  const maps = { organization: new Map(), repository: new Map(), creator: new Map() };
  return {
    /** Takes a `has_relation` fact. */
    add({ args: [child, relation, parent] }) {
      maps[relation.id].set(child.id, parent.id);
    },
    /** Repository, organization and creator of a repository or an issue, as far as there are any. */
    of({ type, id }) {
      const repository = type === 'Repository' ? id : maps.repository.get(id);
      return { repository, organization: maps.organization.get(repository), creator: maps.creator.get(id) };
    },
  };
}
