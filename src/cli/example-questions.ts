import type { Value } from '../facts/fact.ts';
import { completeOrganizations, type ExampleSize } from './example-data.ts';
import {
  type ExampleOrganization,
  type ExampleRandom,
  exampleRandom,
  folderOf,
  issueCount,
  issueOf,
  organizationValue,
  repositoryOf,
  teamOf,
  USERS_PER_FOLDER,
  USERS_PER_TEAM,
  userOf,
} from './example-organizations.ts';

/** A question about the example data, as the SDKs ask it. */
export type ExampleQuestion =
  | { readonly kind: 'authorize'; readonly actor: Value; readonly action: string; readonly resource: Value }
  | { readonly kind: 'list'; readonly actor: Value; readonly action: string; readonly resourceType: string }
  | { readonly kind: 'actions'; readonly actor: Value; readonly resource: Value };

export interface ExampleQuestionOptions extends ExampleSize {
  readonly count: number;
  /** Asked in turn; all unless given. */
  readonly kinds?: readonly ExampleQuestion['kind'][] | undefined;
}

/** Of ten questions, so many are about the actor's own organization; the others are about any, and mostly denied. */
const NEAR_OF_TEN = 6;

/** More often asked actions stand more often. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  Organization: ['read', 'read', 'create_repository', 'invite'],
  Team: ['read', 'read', 'add_member'],
  Folder: ['read', 'read', 'create_repository'],
  Repository: ['read', 'read', 'read', 'push', 'create_issue', 'create_release'],
  Issue: ['read', 'read', 'comment', 'close', 'assign'],
};

/** Repositories and issues are what most questions are about. */
const TYPES = [
  'Repository',
  'Repository',
  'Repository',
  'Repository',
  'Issue',
  'Issue',
  'Issue',
  'Folder',
  'Organization',
  'Team',
];

/** Random questions over all users and things of `generateExampleFacts` with the same size and seed; about half of them are allowed. */
export function* exampleQuestions({
  factCount,
  seed = 1,
  count,
  kinds = ALL_KINDS,
}: ExampleQuestionOptions): Generator<ExampleQuestion> {
  const organizations = completeOrganizations({ factCount, seed });
  const random = exampleRandom(seed, 0x51e57);
  for (let asked = 0; asked < count; asked += 1) {
    const home = anyOrganization(organizations, random);
    const actor = userOf(home, random(home.userCount));
    const place = random(10) < NEAR_OF_TEN ? home : anyOrganization(organizations, random);
    const resource = anyResource(place, random);
    const action = pick(random, ACTIONS[resource.type] ?? []);
    switch (kinds[asked % kinds.length]) {
      case 'list':
        yield { kind: 'list', actor, action, resourceType: resource.type };
        break;
      case 'actions':
        yield { kind: 'actions', actor, resource };
        break;
      default:
        yield { kind: 'authorize', actor, action, resource };
    }
  }
}

const ALL_KINDS: readonly ExampleQuestion['kind'][] = ['authorize', 'list', 'actions'];

/** The organization of a user drawn from all users: large ones come up more often. */
function anyOrganization(organizations: readonly ExampleOrganization[], random: ExampleRandom): ExampleOrganization {
  const [first] = organizations;
  const last = organizations.at(-1);
  if (first === undefined || last === undefined) throw new Error('no organization is complete');
  const user = random(last.firstUser + last.userCount);
  let low = 0;
  let high = organizations.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((organizations[middle]?.firstUser ?? 0) <= user) low = middle;
    else high = middle - 1;
  }
  return organizations[low] ?? first;
}

function anyResource(organization: ExampleOrganization, random: ExampleRandom): Value {
  const index = random(organization.userCount);
  switch (pick(random, TYPES)) {
    case 'Repository':
      return repositoryOf(organization, index);
    case 'Issue':
      return issueOf(organization, index, 1 + random(issueCount(index)));
    case 'Folder':
      return folderOf(organization, Math.floor(index / USERS_PER_FOLDER));
    case 'Team':
      return teamOf(organization, Math.floor(index / USERS_PER_TEAM));
    default:
      return organizationValue(organization);
  }
}

function pick(random: ExampleRandom, items: readonly string[]): string {
  const item = items[random(items.length)];
  if (item === undefined) throw new Error('pick from nothing');
  return item;
}
