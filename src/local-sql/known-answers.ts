import type { Answer } from './answer.ts';
import { termKey } from './answer-of.ts';
import { type CentralList, type ListedRow, listShape, rowKey } from './central-list.ts';
import { componentKeys } from './components.ts';
import { residualKey, sourceKey } from './normalize-residual.ts';
import { type Atom, renameAtoms, renameColumn } from './residual.ts';

/** Drops every answer that another one covers. */
export function withoutSubsumed(answers: readonly Answer[]): readonly Answer[] {
  const kept = new KnownAnswers();
  const size = ({ residual }: Answer) => residual.atoms.length + residual.conditions.length;
  return [...answers].sort((a, b) => size(a) - size(b)).filter((answer) => kept.addNew(answer));
}

/** Remembers answers, and tells what a further one adds to them. */
export class KnownAnswers {
  /** Parts of answers, by their fixed terms and one of their parts. */
  readonly #byPart = new Map<string, ReadonlySet<string>[]>();
  /** Rows of the one list of answers that are the same but for them. */
  readonly #rowsByShape = new Map<string, Set<string>>();

  /**
   * What an answer adds; undefined when known answers cover it. An answer with one list is reduced to its new rows, so that
   * recursion over central facts ends.
   */
  takeNew(answer: Answer): Answer | undefined {
    const [listed, ...others] = answer.residual.atoms.filter(({ source }) => source.kind === 'list');
    if (listed?.source.kind === 'list' && others.length === 0) return this.#takeRows(answer, listed, listed.source);
    return this.addNew(answer) ? answer : undefined;
  }

  /** Remembers an answer. False, and not remembered, when known answers cover it. */
  addNew(answer: Answer): boolean {
    const parts = componentKeys(answer);
    const terms = fixedTermsKey(answer);
    const isKnown = (part: string) =>
      this.#byPart.get(`${terms}${part}`)?.some((others) => isWithin(others, parts)) === true;
    if (isKnown('') || [...parts].some(isKnown)) return false;
    const [first = ''] = parts;
    const known = this.#byPart.get(`${terms}${first}`);
    if (known === undefined) this.#byPart.set(`${terms}${first}`, [parts]);
    else known.push(parts);
    return true;
  }

  #takeRows(answer: Answer, atom: Atom, list: CentralList): Answer | undefined {
    const shape = shapeKey(answer);
    const known = this.#rowsByShape.get(shape) ?? new Set();
    this.#rowsByShape.set(shape, known);
    const rows = list.rows.filter((row) => isNew(row, known));
    if (rows.length === 0) return undefined;
    if (rows.length === list.rows.length) return answer;
    const names = new Map([[atom, { ...atom, source: { ...list, rows } }]]);
    return {
      terms: answer.terms.map((term) => (term.kind === 'column' ? renameColumn(term, names) : term)),
      residual: renameAtoms(answer.residual, names),
    };
  }
}

/** Equal for answers that differ only in the rows of their lists. */
function shapeKey({ terms, residual }: Answer): string {
  const outputs = terms.map((term) =>
    term.kind === 'column' ? [residual.atoms.indexOf(term.atom), term.position, 'column'] : termKey(term),
  );
  const key = residualKey(residual, [], (source) => (source.kind === 'list' ? listShape(source) : sourceKey(source)));
  return JSON.stringify([outputs, key]);
}

function isNew(row: ListedRow, known: Set<string>): boolean {
  const before = known.size;
  return known.add(rowKey(row)).size > before;
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
