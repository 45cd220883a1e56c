import type { Fact } from '../../../src/facts/fact.ts';

/*
 * Data in which every revision says its number in several places, so that an answer made from two of them is an answer
 * that no revision could have given.
 */

/** Documents of a revision, each named after it. */
const DOCUMENTS = 12;

/** The policy of a revision grants a permission that is named after it. */
export function oraclePolicy(revision: number): string {
  return `actor User {}
resource Doc {
  roles = ["reader"];
  permissions = ["read", "revision-${revision}"];
  "read" if "reader";
  "revision-${revision}" if "reader";
}
`;
}

export function oracleFacts(revision: number, ballast = 0): Fact[] {
  const documents = Array.from({ length: DOCUMENTS }, (_, number) => `${number}-of-${revision}`);
  const others = Array.from({ length: ballast }, (_, number) => `ballast-${number}`);
  return [
    ...documents.map((id) => reads('alice', id)),
    reads('alice', 'always'),
    ...others.map((id) => reads('bob', id)),
  ];
}

/** The same beside as many other facts as wanted. Listed anew each time, so that a million of them needs no memory. */
export function manyFacts(revision: number, others: number): Iterable<Fact> {
  return {
    *[Symbol.iterator]() {
      yield* oracleFacts(revision);
      for (let number = 0; number < others; number += 1) yield reads(`user-${number % 50_000}`, `ballast-${number}`);
    },
  };
}

function reads(user: string, document: string): Fact {
  return {
    predicate: 'has_role',
    args: [
      { type: 'User', id: user },
      { type: 'String', id: 'reader' },
      { type: 'Doc', id: document },
    ],
  };
}

const ALICE = { actor_type: 'User', actor_id: 'alice' };

/** Two questions, one about the facts and one about the policy. */
export const ORACLE_QUESTIONS = [
  { path: '/api/list', body: JSON.stringify({ ...ALICE, action: 'read', resource_type: 'Doc' }) },
  { path: '/api/actions', body: JSON.stringify({ ...ALICE, resource_type: 'Doc', resource_id: 'always' }) },
] as const;

/** Which revision an answer is of. Throws when it is of none, or of several. */
export function revisionOf(body: string): number {
  const { results } = JSON.parse(body) as { readonly results?: readonly string[] };
  if (results === undefined) throw new Error(`no results in ${body}`);
  const revisions = new Set(results.flatMap((name) => /-(?:of-)?(\d+)$/u.exec(name)?.[1] ?? []));
  const [revision] = revisions;
  const isWhole = results.length === DOCUMENTS + 1 || results.length === 2;
  if (revision === undefined || revisions.size !== 1 || !isWhole) throw new Error(`a mixed answer: ${body}`);
  return Number(revision);
}

/** Checks that all answers of one snapshot are of one revision, and counts. */
export class Oracle {
  readonly #revisions = new Map<string, number>();
  readonly wrong: string[] = [];

  judge(snapshot: string | undefined, status: number, body: string): void {
    try {
      if (status !== 200 || snapshot === undefined) throw new Error(`status ${status}: ${body}`);
      const revision = revisionOf(body);
      const known = this.#revisions.get(snapshot) ?? revision;
      if (known !== revision) throw new Error(`${snapshot} is revision ${known}, and answered ${body}`);
      this.#revisions.set(snapshot, known);
    } catch (error) {
      this.wrong.push(error instanceof Error ? error.message : String(error));
    }
  }

  /** How many revisions were seen in answers. */
  get seen(): number {
    return this.#revisions.size;
  }
}
