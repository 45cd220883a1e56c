import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import type { ExpressionNode } from '../../src/polar/ast.ts';
import {
  type Condition,
  type Conjunction,
  MAX_CONDITIONS,
  MAX_CONJUNCTIONS,
  splitExpression,
} from '../../src/program/split-expression.ts';

const span = { source: { name: 'p', text: '' }, start: 0, end: 0 };

/** Calls of predicates `0` to `5` without arguments stand for propositions. */
const { expression } = fc.letrec<{ expression: ExpressionNode }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.nat(5).map((number) => call(String(number))),
    fc.boolean().map((value): ExpressionNode => ({ kind: 'boolean-expression', value, span })),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      operands: fc.array(tie('expression'), { minLength: 1, maxLength: 3 }),
      span: fc.constant(span),
    }),
    fc.record({ kind: fc.constant('not' as const), operand: tie('expression'), span: fc.constant(span) }),
  ),
}));

function call(text: string): ExpressionNode {
  return { kind: 'call', name: { kind: 'name', text, span }, args: [], span };
}

function budget() {
  return { conditions: MAX_CONDITIONS };
}

test('splitting keeps the truth under every assignment, and leaves no `or`', () => {
  fc.assert(
    fc.property(expression, (given) => {
      let split: readonly Conjunction[];
      try {
        split = splitExpression(given, budget());
      } catch (error) {
        if (error instanceof OsoError && error.code === 'POLAR_COMPLEX') return;
        throw error;
      }
      for (let world = 0; world < 64; world++) {
        const alternatives = split.some((conjunction) => conjunction.every((condition) => holds(condition, world)));
        expect(alternatives).toBe(isTrue(given, world));
      }
    }),
    { numRuns: 2_000 },
  );
});

function isTrue(node: ExpressionNode, world: number): boolean {
  switch (node.kind) {
    case 'or':
      return node.operands.some((operand) => isTrue(operand, world));
    case 'and':
      return node.operands.every((operand) => isTrue(operand, world));
    case 'not':
      return !isTrue(node.operand, world);
    case 'boolean-expression':
      return node.value;
    case 'call':
      return ((world >> Number(node.name.text)) & 1) === 1;
    default:
      throw new Error(node.kind);
  }
}

function holds(condition: Condition, world: number): boolean {
  if (condition.kind === 'false') return false;
  if (condition.kind === 'not') return !condition.body.every((inner) => holds(inner, world));
  return isTrue(condition, world);
}

describe('limits', () => {
  const either = (count: number): ExpressionNode => ({
    kind: 'or',
    operands: Array.from({ length: count }, (_, number) => call(`a${number}`)),
    span,
  });
  const all = (operands: readonly ExpressionNode[]): ExpressionNode => ({ kind: 'and', operands, span });

  test('exactly the limit of combinations is fine', () => {
    expect(splitExpression(all([either(64), either(64)]), budget())).toHaveLength(MAX_CONJUNCTIONS);
    expect(splitExpression(either(MAX_CONJUNCTIONS), budget())).toHaveLength(MAX_CONJUNCTIONS);
  });

  test.each([
    ['and', all([either(64), either(65)])],
    ['or', either(MAX_CONJUNCTIONS + 1)],
    ['not', { kind: 'not', operand: all([either(64), either(65)]), span } as const],
  ])('more is refused below `%s`', (_, given) => {
    expect(() => splitExpression(given, budget())).toThrow('the condition stands for more than 4096 combinations');
  });

  test('all rules together have a limit of conditions', () => {
    const shared = { conditions: 10 };
    splitExpression(either(8), shared);
    expect(() => splitExpression(either(8), shared)).toThrow(
      'the rules of the policy have more than 1000000 conditions once split',
    );
  });
});
