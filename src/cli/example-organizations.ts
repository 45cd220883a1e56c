import type { Value } from '../facts/fact.ts';

/** One organization of the example data. Users are numbered through all organizations. */
export interface ExampleOrganization {
  /** From 0. */
  readonly number: number;
  readonly firstUser: number;
  /** Also the number of its repositories. */
  readonly userCount: number;
}

/** Most users of one organization. */
export const MAX_USERS = 600;
export const USERS_PER_TEAM = 10;
export const USERS_PER_FOLDER = 8;

/** All organizations there could be, without end: most are small, some are large. */
export function* exampleOrganizations(seed: number): Generator<ExampleOrganization> {
  let firstUser = 0;
  for (let number = 0; ; number += 1) {
    const userCount = number === 0 ? 50 : sizeOf(exampleRandom(seed, -number));
    yield { number, firstUser, userCount };
    firstUser += userCount;
  }
}

/** Whole numbers from 0 to `count - 1`, the same on every platform (mulberry32). */
export type ExampleRandom = (count: number) => number;

/** An independent sequence for each pair of numbers. */
export function exampleRandom(seed: number, stream: number): ExampleRandom {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) >>> 0;
  return (count) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count);
  };
}

export function userOf({ firstUser }: ExampleOrganization, index: number): Value {
  return { type: 'User', id: `user-${firstUser + index}` };
}

export function organizationValue({ number }: ExampleOrganization): Value {
  return { type: 'Organization', id: `org-${number}` };
}

export function teamOf({ number }: ExampleOrganization, index: number): Value {
  return { type: 'Team', id: `org-${number}/team-${index}` };
}

export function folderOf({ number }: ExampleOrganization, index: number): Value {
  return { type: 'Folder', id: `org-${number}/folder-${index}` };
}

export function repositoryOf({ number }: ExampleOrganization, index: number): Value {
  return { type: 'Repository', id: `org-${number}/repo-${index}` };
}

/** Issues of a repository are numbered from 1. */
export function issueOf({ number }: ExampleOrganization, repository: number, issue: number): Value {
  return { type: 'Issue', id: `org-${number}/repo-${repository}#${issue}` };
}

export function issueCount(repository: number): number {
  return repository % 2 === 0 ? 2 : 1;
}

function sizeOf(random: ExampleRandom): number {
  const kind = random(10);
  if (kind < 6) return 10 + random(30);
  if (kind < 9) return 40 + random(120);
  return 160 + random(MAX_USERS - 160);
}
