import { OsoError } from '../errors/oso-error.ts';
import type { ExpressionNode } from '../polar/ast.ts';
import type { Span } from '../source/source.ts';

/** Most conjunctions that one rule, or one `not`, may stand for. */
export const MAX_CONJUNCTIONS = 4_096;

/**
 * Most conditions of all rules of a policy together after splitting, those inside `not` included; bounds memory whatever
 * the text, so long heads, calls and lists count as several.
 */
export const MAX_CONDITIONS = 1_000_000;

/** Terms of a head, call or list that count as one condition. */
const TERMS_OF_CONDITION = 4;

/** A condition that is not made of others, but for `not`, whose body is a conjunction again. */
export type Condition =
  | Extract<ExpressionNode, { kind: 'call' | 'compare' | 'in' | 'matches' }>
  | { readonly kind: 'false'; readonly span: Span }
  | { readonly kind: 'not'; readonly body: Conjunction; readonly span: Span };

/** All must hold. */
export type Conjunction = readonly Condition[];

/** What splitting may still use; shared by all rules of a policy. */
export interface SplitBudget {
  conditions: number;
}

/**
 * The expression as alternatives, each a conjunction: it holds when one of them does. `and` is distributed over `or`;
 * `not` over an `or` becomes several `not` (De Morgan); a double negation stays, since the inner one may have variables
 * of its own. `true` vanishes; `false` stays as a condition, because what stands beside it still tells how predicates are
 * used.
 *
 * Throws POLAR_COMPLEX when there would be too many.
 */
export function splitExpression(expression: ExpressionNode, budget: SplitBudget): readonly Conjunction[] {
  switch (expression.kind) {
    case 'or':
      return checked(
        expression.operands.flatMap((operand) => splitExpression(operand, budget)),
        expression.span,
      );
    case 'and':
      return distribute(expression.operands, expression.span, budget);
    case 'not': {
      const { span } = expression;
      return [splitExpression(expression.operand, budget).map((body) => ({ kind: 'not', body, span }))];
    }
    case 'boolean-expression':
      return [expression.value ? [] : [{ kind: 'false', span: expression.span }]];
    default:
      spend(budget, sizeOf(expression), expression.span);
      return [[expression]];
  }
}

function distribute(operands: readonly ExpressionNode[], span: Span, budget: SplitBudget): readonly Conjunction[] {
  const factors = operands.map((operand) => splitExpression(operand, budget));
  let count = 1;
  let width = 0;
  for (const factor of factors) {
    count *= factor.length;
    if (count > MAX_CONJUNCTIONS) throw tooManyConjunctions(span);
    width += Math.max(...factor.map(sizeOfAll));
  }
  if (count > 1) spend(budget, count * width, span);
  let products: Condition[][] = [[]];
  for (const factor of factors) {
    const [only] = factor;
    if (factor.length === 1 && only) for (const product of products) append(product, only);
    else products = products.flatMap((product) => factor.map((alternative) => [...product, ...alternative]));
  }
  return products;
}

/** One by one: as arguments of a call they would have to fit on the stack. */
function append(product: Condition[], conditions: Conjunction): void {
  for (const condition of conditions) product.push(condition);
}

function checked(alternatives: readonly Conjunction[], span: Span): readonly Conjunction[] {
  if (alternatives.length > MAX_CONJUNCTIONS) throw tooManyConjunctions(span);
  return alternatives;
}

/** How many conditions a condition counts as. */
function sizeOf(condition: Condition): number {
  switch (condition.kind) {
    case 'not':
      return 1 + sizeOfAll(condition.body);
    case 'call':
      return Math.max(1, sizeOfTerms(condition.args));
    case 'in':
      return Math.max(1, sizeOfTerms(condition.list.items));
    default:
      return 1;
  }
}

function sizeOfAll(conjunction: Conjunction): number {
  return conjunction.reduce((sum, condition) => sum + sizeOf(condition), 0);
}

/** How many conditions the terms of a head, call or list count as. */
export function sizeOfTerms({ length }: { readonly length: number }): number {
  return Math.ceil(length / TERMS_OF_CONDITION);
}

/** Throws POLAR_COMPLEX when nothing is left. */
export function spend(budget: SplitBudget, conditions: number, span: Span): void {
  budget.conditions -= conditions;
  if (budget.conditions >= 0) return;
  throw new OsoError(
    'POLAR_COMPLEX',
    `the rules of the policy have more than ${MAX_CONDITIONS} conditions once split`,
    {
      span,
      hint: 'give parts of rules that mix `and` and `or` a name by moving them into rules of their own',
    },
  );
}

function tooManyConjunctions(span: Span): OsoError {
  return new OsoError('POLAR_COMPLEX', `the condition stands for more than ${MAX_CONJUNCTIONS} combinations`, {
    span,
    hint: 'move parts of it into rules of their own',
  });
}
