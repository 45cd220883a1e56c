import type { Answer } from './answer.ts';
import { termKey } from './answer-of.ts';
import { residualKey } from './normalize-residual.ts';
import type { Atom, Column, Condition, Constant, Residual } from './residual.ts';

/**
 * The parts of an answer's residual that have no row in common, each as a text that is equal for equal parts; a part says
 * which terms of the answer it gives. An answer whose parts are all among those of another one says everything that the
 * other one says.
 */
function componentKeys({ terms, residual }: Answer): ReadonlySet<string> {
  if (residual.atoms.length === 0 && residual.conditions.length === 0) return NO_PARTS;
  const keys = componentsOf(residual).map((part) => {
    const outputs = terms.flatMap((term, position) =>
      term.kind === 'column' && part.atoms.includes(term.atom)
        ? [[position, part.atoms.indexOf(term.atom), term.position]]
        : [],
    );
    return `${JSON.stringify(outputs)}${residualKey(part)}`;
  });
  return new Set(keys);
}

/** Answers that say something that no other one says already. */
export function withoutSubsumed(answers: readonly Answer[]): readonly Answer[] {
  const kept = new KnownAnswers();
  const size = ({ residual }: Answer) => residual.atoms.length + residual.conditions.length;
  return [...answers]
    .sort((a, b) => size(a) - size(b))
    .filter((answer) => {
      const statement = kept.read(answer);
      if (statement !== undefined) kept.add(statement);
      return statement !== undefined;
    });
}

/** An answer as what it says. */
export interface Statement {
  readonly terms: string;
  readonly parts: ReadonlySet<string>;
}

/** Finds whether an answer says nothing new. */
export class KnownAnswers {
  /** Parts of answers, by their fixed terms and one of their parts. */
  readonly #byPart = new Map<string, ReadonlySet<string>[]>();

  /** What the answer says; undefined when known answers say all of it. */
  read(answer: Answer): Statement | undefined {
    const parts = componentKeys(answer);
    const terms = fixedTermsKey(answer);
    const isKnown = (part: string) =>
      this.#byPart.get(`${terms}${part}`)?.some((others) => isWithin(others, parts)) === true;
    return isKnown('') || [...parts].some(isKnown) ? undefined : { terms, parts };
  }

  add({ terms, parts }: Statement): void {
    const [first = ''] = parts;
    const known = this.#byPart.get(`${terms}${first}`);
    if (known === undefined) this.#byPart.set(`${terms}${first}`, [parts]);
    else known.push(parts);
  }
}

/** What the terms of an answer are, columns apart. */
function fixedTermsKey({ terms }: Answer): string {
  return JSON.stringify(terms.map((term) => (term.kind === 'column' ? null : termKey(term))));
}

function isWithin(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  if (part.size > whole.size) return false;
  for (const key of part) if (!whole.has(key)) return false;
  return true;
}

const NO_PARTS: ReadonlySet<string> = new Set();

function componentsOf({ atoms, conditions }: Residual): readonly Residual[] {
  const leaders = new Map<Atom, Atom>(atoms.map((atom) => [atom, atom]));
  const leaderOf = (atom: Atom): Atom => {
    const leader = leaders.get(atom) ?? atom;
    return leader === atom ? atom : leaderOf(leader);
  };
  const rowsOf = (condition: Condition) => atomsOf(condition).filter((atom) => leaders.has(atom));
  for (const condition of conditions) {
    const [first, ...others] = rowsOf(condition);
    for (const other of others) if (first !== undefined) leaders.set(leaderOf(other), leaderOf(first));
  }
  const rootless = conditions.filter((condition) => rowsOf(condition).length === 0);
  return [
    ...rootless.map((condition) => ({ atoms: [], conditions: [condition] })),
    ...atoms
      .filter((atom) => leaderOf(atom) === atom)
      .map((leader) => ({
        atoms: atoms.filter((atom) => leaderOf(atom) === leader),
        conditions: conditions.filter((condition) => {
          const [row] = rowsOf(condition);
          return row !== undefined && leaderOf(row) === leader;
        }),
      })),
  ];
}

function atomsOf(condition: Condition): readonly Atom[] {
  const sides = (...terms: readonly (Column | Constant)[]) =>
    terms.flatMap((term) => (term.kind === 'column' ? term.atom : []));
  switch (condition.kind) {
    case 'equal':
    case 'differ':
    case 'order':
      return sides(condition.left, condition.right);
    case 'among':
      return [condition.column.atom];
    case 'none':
      return condition.branches.flatMap((branch) => branch.conditions.flatMap(atomsOf));
  }
}
