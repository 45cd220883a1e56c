import type { Fact, Value } from '../facts/fact.ts';
import {
  type ExampleOrganization,
  type ExampleRandom,
  exampleOrganizations,
  exampleRandom,
  folderOf,
  issueCount,
  issueOf,
  MAX_USERS,
  organizationValue,
  repositoryOf,
  teamOf,
  USERS_PER_FOLDER,
  USERS_PER_TEAM,
  userOf,
} from './example-organizations.ts';

/*
 * Facts for examples/code-hosting.polar, made up organization by organization and, within one, user by user: each user
 * comes with a repository and its issues, every tenth with a team, every eighth with a folder. Relations lead only to
 * what came before, so that a smaller count is a prefix of a larger one and still makes sense. How many facts a user
 * brings depends on nothing but the user's place in the organization.
 */

export interface ExampleSize {
  /** Exact number of facts; about a tenth of it is the number of users. */
  readonly factCount: number;
  /** Other seeds give other relations among the same kinds of things. */
  readonly seed?: number | undefined;
}

/** Guests stay until the year 2100, or have been gone since 2000. */
const FAR_FUTURE = '4102444800';
const FAR_PAST = '946684800';

/** Different facts, the same on every platform, in constant memory. */
export function* generateExampleFacts({ factCount, seed = 1 }: ExampleSize): Generator<Fact> {
  let left = factCount;
  let previous: ExampleOrganization | undefined;
  for (const organization of exampleOrganizations(seed)) {
    const random = exampleRandom(seed, organization.number);
    for (let index = 0; index < organization.userCount; index += 1) {
      for (const fact of factsOfUser({ organization, previous, index, random })) {
        if (left === 0) return;
        left -= 1;
        yield fact;
      }
    }
    previous = organization;
  }
}

/** The organizations whose facts are all among the first `factCount`; the first one in any case. */
export function completeOrganizations({ factCount, seed = 1 }: ExampleSize): ExampleOrganization[] {
  const complete: ExampleOrganization[] = [];
  const factsBefore = countFactsBefore(seed);
  let left = factCount;
  for (const organization of exampleOrganizations(seed)) {
    left -= factsBefore[organization.userCount] ?? 0;
    if (left < 0 && complete.length > 0) return complete;
    complete.push(organization);
  }
  return complete;
}

/** At index i: facts of the first i users of any organization. */
function countFactsBefore(seed: number): number[] {
  const organization = { number: 0, firstUser: 0, userCount: MAX_USERS };
  const counts = [0];
  for (let index = 0; index < MAX_USERS; index += 1) {
    const facts = factsOfUser({ organization, previous: organization, index, random: exampleRandom(seed, 0) });
    counts.push((counts[index] ?? 0) + facts.length);
  }
  return counts;
}

interface Place {
  readonly organization: ExampleOrganization;
  /** The one before, where guests come from; the first has itself. */
  readonly previous: ExampleOrganization | undefined;
  readonly index: number;
  readonly random: ExampleRandom;
}

function factsOfUser(place: Place): Fact[] {
  const facts: Fact[] = [];
  if (place.index === 0) addOrganization(facts, place);
  if (place.index % USERS_PER_FOLDER === 0) addFolder(facts, place);
  if (place.index % USERS_PER_TEAM === 0) addTeam(facts, place);
  addMember(facts, place);
  addRepository(facts, place);
  addGuest(facts, place);
  addIssues(facts, place);
  return facts;
}

function addOrganization(facts: Fact[], { organization }: Place): void {
  const self = organizationValue(organization);
  const role = customRole(organization);
  facts.push(
    fact('has_default_role', self, text(organization.number % 4 === 3 ? 'writer' : 'reader')),
    fact('has_relation', role, text('organization'), self),
    fact('grants_permission', role, text('read')),
    fact('grants_permission', role, text('create_release')),
  );
}

/** Folders form a tree with three branches at each node. */
function addFolder(facts: Fact[], { organization, index }: Place): void {
  const number = index / USERS_PER_FOLDER;
  const folder = folderOf(organization, number);
  facts.push(fact('has_relation', folder, text('organization'), organizationValue(organization)));
  if (number === 0) return;
  facts.push(fact('has_relation', folder, text('parent'), folderOf(organization, Math.floor((number - 1) / 3))));
}

function addTeam(facts: Fact[], { organization, index, random }: Place): void {
  const number = index / USERS_PER_TEAM;
  const team = teamOf(organization, number);
  const role = pick(random, ['reader', 'writer', 'writer', 'maintainer']);
  facts.push(
    fact('has_relation', team, text('organization'), organizationValue(organization)),
    fact('has_role', userOf(organization, index), text('lead'), team),
    fact('has_role', team, text(role), anyFolder(organization, index, random)),
  );
  if (number % 3 !== 0) facts.push(fact('has_relation', team, text('parent'), teamOf(organization, random(number))));
}

function addMember(facts: Fact[], { organization, index, random }: Place): void {
  const user = userOf(organization, index);
  const self = organizationValue(organization);
  const teams = Math.floor(index / USERS_PER_TEAM) + 1;
  const team = random(teams);
  facts.push(fact('has_role', user, text(index % 25 === 0 ? 'owner' : 'member'), self));
  facts.push(fact('has_role', user, text('member'), teamOf(organization, team)));
  if (teams > 1 && index % 2 === 1) {
    const other = (team + 1 + random(teams - 1)) % teams;
    facts.push(fact('has_role', user, text('member'), teamOf(organization, other)));
  }
  if (index % 12 === 7) facts.push(fact('has_role', user, customRole(organization), self));
  if (index === 30) facts.push(fact('has_role', user, text('auditor')));
}

function addRepository(facts: Fact[], { organization, index, random }: Place): void {
  const repository = repositoryOf(organization, index);
  facts.push(
    fact('has_relation', repository, text('organization'), organizationValue(organization)),
    fact('has_relation', repository, text('folder'), anyFolder(organization, index, random)),
  );
  if (index % 3 === 0) facts.push(fact('has_role', userOf(organization, index), text('writer'), repository));
  if (index % 40 === 9) facts.push(fact('is_public', repository));
  if (index % 20 === 13) facts.push(fact('is_archived', repository));
}

function addGuest(facts: Fact[], { organization, previous = organization, index, random }: Place): void {
  const user = userOf(organization, index);
  if (index % 7 === 3) {
    const role = pick(random, ['reader', 'reader', 'writer']);
    facts.push(fact('has_role', user, text(role), repositoryOf(previous, random(previous.userCount))));
  }
  if (index % 10 === 4) {
    const expiry = { type: 'Integer', id: index % 20 === 4 ? FAR_FUTURE : FAR_PAST };
    facts.push(fact('has_role_until', user, text('writer'), repositoryOf(organization, random(index)), expiry));
  }
}

function addIssues(facts: Fact[], { organization, index, random }: Place): void {
  const repository = repositoryOf(organization, index);
  for (let number = 1; number <= issueCount(index); number += 1) {
    const issue = issueOf(organization, index, number);
    facts.push(fact('has_relation', issue, text('repository'), repository));
    facts.push(fact('has_relation', issue, text('author'), userOf(organization, random(index + 1))));
    if (number === 2) facts.push(fact('has_relation', issue, text('assignee'), userOf(organization, index)));
    if (number === 1 && index % 16 === 5) facts.push(fact('is_locked', issue));
  }
}

/** One of the folders that exist when this user comes. */
function anyFolder(organization: ExampleOrganization, index: number, random: ExampleRandom): Value {
  return folderOf(organization, random(Math.floor(index / USERS_PER_FOLDER) + 1));
}

function customRole({ number }: ExampleOrganization): Value {
  return { type: 'Role', id: `org-${number}/release-manager` };
}

function pick<const T extends string>(random: ExampleRandom, items: readonly [T, ...T[]]): T {
  return items[random(items.length)] ?? items[0];
}

function text(id: string): Value {
  return { type: 'String', id };
}

function fact(predicate: string, ...args: readonly Value[]): Fact {
  return { predicate, args };
}
