import { expect, test } from 'vitest';
import { type CompiledLiteral, NOW, type Predicate } from '../../src/engine/compiled-rule.ts';
import { mentions, shiftLiteral } from '../../src/engine/shift-literal.ts';
import { exactly } from '../../src/engine/type-sets.ts';

const predicate: Predicate = { name: 'p', arity: 2, rules: [], relations: [], demands: new Set(), meanRows: () => 0 };
const types = exactly(0);
/** Each kind of literal, over variables 0 and 1. */
const literalsOf = (zero: number, one: number): readonly CompiledLiteral[] => [
  { kind: 'call', predicate, args: [7, zero, one, NOW] },
  { kind: 'not', predicate, args: [one, zero] },
  { kind: 'equal', left: zero, right: one },
  { kind: 'compare', operator: '<', left: one, right: zero },
  { kind: 'in', item: zero, list: [7, one, NOW], members: undefined },
  { kind: 'matches', variable: zero, types },
];

test.each(literalsOf(-1, -2).map((literal, at) => [literal.kind, literal, literalsOf(-6, -7)[at]] as const))(
  'the variables of `%s` are numbered from another one on, and found',
  (_, literal, shifted) => {
    expect(shiftLiteral(literal, 5)).toEqual(shifted);
    expect(shiftLiteral(literal, 0)).toBe(literal);
    const environment = [-1 - 2 * types, -1 - 2 * types, -1 - 2 * types];
    expect(mentions([literal], -1, environment)).toBe(true);
    expect(mentions([literal], -3, environment)).toBe(false);
  },
);
