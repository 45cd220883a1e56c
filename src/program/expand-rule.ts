import type { ListNode, RuleNode, TermNode } from '../polar/ast.ts';
import type { Span } from '../source/source.ts';
import type { DraftLiteral, ExpandedRule } from './expanded-rule.ts';
import { literalValue } from './literal-value.ts';
import type { Term, TypeSet } from './program.ts';
import {
  type Condition,
  type Conjunction,
  type SplitBudget,
  sizeOfTerms,
  spend,
  splitExpression,
} from './split-expression.ts';
import { typesNamed, typesUnder } from './type-set.ts';
import type { TypeTable } from './type-table.ts';
import { declareVariables, type Scope, VariableBook } from './variable-book.ts';

/**
 * The rule as plain rules, one for each alternative of its body. A variable belongs to the innermost body (of the rule or
 * of a `not`) in which it has a positive use; one that only `not`s mention is another variable in each of them
 * (polar reference, 5.20). `matches` folds into the types of a variable where it stands in the body the variable
 * belongs to, and is a test of its own deeper inside.
 *
 * Throws POLAR_COMPLEX when there are too many alternatives.
 */
export function expandRule(node: RuleNode, types: TypeTable, budget: SplitBudget): ExpandedRule[] {
  const alternatives = node.body ? splitExpression(node.body, budget) : [[]];
  spend(budget, alternatives.length * sizeOfTerms(node.head.parameters), node.head.span);
  return alternatives.map((conjunction) => expandAlternative(node, conjunction, types));
}

interface Work {
  readonly types: TypeTable;
  readonly book: VariableBook;
  readonly literalSpans: Map<DraftLiteral, Span>;
}

function expandAlternative({ head, span }: RuleNode, conjunction: Conjunction, types: TypeTable): ExpandedRule {
  const work: Work = { types, book: new VariableBook(), literalSpans: new Map() };
  const scope = work.book.openScope(undefined);
  const params = head.parameters.map(({ term, type }) => {
    if (term.kind !== 'variable') return termOf(term, scope, work);
    const index = work.book.declare(term.name, term.span, scope);
    if (type) work.book.narrow(index, typesUnder(types, type.text), type.text);
    return { kind: 'variable' as const, index };
  });
  const body = expandBody(conjunction, scope, work);
  return {
    rule: { predicate: head.name.text, params, body, variables: work.book.variables(), span },
    literalSpans: work.literalSpans,
    variableSpans: work.book.spans(),
    impossible: work.book.impossible,
  };
}

function expandBody(conjunction: Conjunction, scope: Scope, work: Work): readonly DraftLiteral[] {
  declareVariables(conjunction, scope, work.book);
  const tests: DraftLiteral[] = [];
  for (const condition of conjunction) {
    if (condition.kind !== 'matches') continue;
    const { variable, type, exact, span } = condition;
    const accepted = exact ? exactly(type.text, work.types) : typesUnder(work.types, type.text);
    const outer = work.book.constrain(variable, { types: accepted, written: type.text }, scope);
    if (outer !== undefined) tests.push(remember({ kind: 'matches', variable: outer, types: accepted }, span, work));
  }
  const holds = work.book.closeScope(scope);
  const literals = conjunction.flatMap((condition) => expandCondition(condition, scope, work));
  return holds ? [...tests, ...literals] : [{ kind: 'false' }, ...tests, ...literals];
}

/** `matches!`: the type without its subtypes. No value is of an abstract type itself. */
function exactly(type: string, types: TypeTable): TypeSet {
  return types.isAbstract(type) ? typesNamed() : typesNamed(type);
}

function expandCondition(condition: Condition, scope: Scope, work: Work): readonly DraftLiteral[] {
  if (condition.kind === 'matches') return [];
  return [remember(literalOf(condition, scope, work), condition.span, work)];
}

function literalOf(condition: Exclude<Condition, { kind: 'matches' }>, scope: Scope, work: Work): DraftLiteral {
  const term = (node: TermNode) => termOf(node, scope, work);
  switch (condition.kind) {
    case 'call':
      return { kind: 'call', predicate: condition.name.text, args: condition.args.map(term) };
    case 'compare': {
      const [left, right] = [term(condition.left), term(condition.right)];
      const { operator } = condition;
      return operator === '=' ? { kind: 'equal', left, right } : { kind: 'compare', operator, left, right };
    }
    case 'in':
      return { kind: 'in', item: term(condition.item), list: listOf(condition.list, scope, work) };
    case 'not':
      return { kind: 'not', body: expandBody(condition.body, work.book.openScope(scope), work) };
    case 'false':
      return { kind: 'false' };
  }
}

function listOf(list: ListNode, scope: Scope, work: Work): readonly Term[] {
  return list.items.map((item) => termOf(item, scope, work));
}

function termOf(node: TermNode, scope: Scope, work: Work): Term {
  if (node.kind === 'now') return { kind: 'now' };
  if (node.kind !== 'variable') return { kind: 'value', value: literalValue(node) };
  return { kind: 'variable', index: work.book.declare(node.name, node.span, scope) };
}

function remember(literal: DraftLiteral, span: Span, work: Work): DraftLiteral {
  work.literalSpans.set(literal, span);
  return literal;
}
