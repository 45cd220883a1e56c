import type { Value } from '../facts/fact.ts';
import type { Answer } from './answer.ts';
import { residualKey } from './normalize-residual.ts';
import { printExistsQuery, printUnion } from './print-query.ts';
import { fitsSqlType, printValue, type SqlValues } from './sql-value.ts';

/**
 * A condition that holds where a column has one of the answers, each of one term. It can stand between ANDs as it is, and
 * is `true` or `false` where no row matters.
 */
export function printMembership(column: string, answers: readonly Answer[], values: SqlValues): string {
  const { everything, listed, looked, apart } = sortOut(answers, values);
  if (everything.some(isSure)) return 'true';
  const parts = [
    ...(listed.length > 0 ? [printList(column, listed, values)] : []),
    ...(looked.length > 0 ? [`${column} IN (${printUnion(looked, values, { names: undefined, isRows: false })})`] : []),
    ...apart.map(
      ({ held, answer }) => `(${printList(column, held, values)} AND EXISTS (${printExistsQuery([answer], values)}))`,
    ),
    ...(everything.length > 0 ? [`EXISTS (${printExistsQuery(everything, values)})`] : []),
  ];
  const [only] = parts;
  if (only === undefined) return 'false';
  return parts.length === 1 ? only : `(${parts.join('\n OR ')})`;
}

interface Sorted {
  /** Any id will do, if their rows exist. */
  readonly everything: readonly Answer[];
  /** Ids that need no row. */
  readonly listed: readonly Value[];
  /** Ids that a query gives. */
  readonly looked: readonly Answer[];
  /** Ids that need rows, those that need the same ones together. */
  readonly apart: readonly { readonly held: readonly Value[]; readonly answer: Answer }[];
}

function sortOut(answers: readonly Answer[], { sqlTypes }: SqlValues): Sorted {
  const everything = answers.filter(({ terms: [term] }) => term?.kind === 'free');
  const looked = answers.filter(({ terms: [term] }) => term?.kind === 'column');
  const listed: Value[] = [];
  const apart = new Map<string, { held: Value[]; answer: Answer }>();
  for (const answer of answers) {
    const [term] = answer.terms;
    if (term?.kind !== 'value' || !fitsSqlType(term.value.id, sqlTypes.get(term.value.type))) continue;
    if (isSure(answer)) listed.push(term.value);
    else setApart(apart, answer, term.value);
  }
  return { everything, listed, looked, apart: [...apart.values()] };
}

function setApart(apart: Map<string, { held: Value[]; answer: Answer }>, answer: Answer, value: Value): void {
  const key = residualKey(answer.residual);
  const known = apart.get(key);
  if (known === undefined) apart.set(key, { held: [value], answer });
  else known.held.push(value);
}

function isSure({ residual }: Answer): boolean {
  return residual.atoms.length === 0 && residual.conditions.length === 0;
}

function printList(column: string, list: readonly Value[], values: SqlValues): string {
  return `${column} IN (${list.map((value) => printValue(value, values)).join(', ')})`;
}
