import type { Table } from './table.ts';
import { ANY_TYPE, NO_TYPE, type TypeSets } from './type-sets.ts';
import type { Wildcards } from './wildcards.ts';

/** What the complete answers of a negated body say about the variables that are still free. */
export type NegationVerdict =
  | { readonly kind: 'holds' }
  | { readonly kind: 'fails' }
  /** It holds for every value of these types of the one free variable, and for no other. */
  | { readonly kind: 'narrows'; readonly types: number }
  /** It holds for all values but some, which no wildcard can say (polar reference, 12.20). */
  | { readonly kind: 'unbounded' };

export function judgeNegation(
  { goal, answers }: Table,
  names: { readonly sets: TypeSets; readonly wildcards: Wildcards; typeOf(value: number): number },
): NegationVerdict {
  if (answers.size === 0) return { kind: 'holds' };
  if (goal.isGround) return { kind: 'fails' };
  const rows = Array.from({ length: answers.size }, (_, row) => goal.types.map((_, column) => answers.at(row, column)));
  const isEverything = (row: readonly number[]) =>
    row.every(
      (code, variable) =>
        code < 0 && names.wildcards.typesOf(code) === goal.types[variable] && row.indexOf(code) === variable,
    );
  if (rows.some(isEverything)) return { kind: 'fails' };
  const types = goal.types[0] as number;
  if (goal.types.length > 1 || types === ANY_TYPE) return { kind: 'unbounded' };
  return judgeByType(rows.flat(), types, names);
}

function judgeByType(
  answers: readonly number[],
  types: number,
  { sets, wildcards, typeOf }: Parameters<typeof judgeNegation>[1],
): NegationVerdict {
  const left = new Set(sets.members(types));
  for (const code of answers) {
    if (code < 0) for (const type of sets.members(wildcards.typesOf(code))) left.delete(type);
  }
  if (answers.some((code) => code >= 0 && left.has(typeOf(code)))) return { kind: 'unbounded' };
  const narrowed = sets.of(left);
  return narrowed === NO_TYPE ? { kind: 'fails' } : { kind: 'narrows', types: narrowed };
}
