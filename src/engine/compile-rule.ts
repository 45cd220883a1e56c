import type { Value } from '../facts/fact.ts';
import type { Literal, Rule, Term, TypeSet } from '../program/program.ts';
import { termsOf, variablesIn } from '../program/terms-of.ts';
import { isEmptyTypeSet } from '../program/type-set.ts';
import {
  type CompiledLiteral,
  type CompiledRule,
  NOW,
  PendingLiterals,
  type Predicate,
  type TermCode,
} from './compiled-rule.ts';
import { freeVariable } from './environment.ts';

/** What the names in a rule stand for. */
export interface NameScope {
  handleOf(value: Value): number;
  setOf(types: TypeSet): number;
  predicate(name: string, arity: number): Predicate;
}

/** False when a variable has no types left (polar reference, 5.5). */
export function mayHold({ variables }: Rule): boolean {
  return !variables.some(({ types }) => isEmptyTypeSet(types));
}

/** Only for rules that may hold. */
export function compileRule(rule: Rule, scope: NameScope): CompiledRule {
  const environment = rule.variables.map(({ types }) => freeVariable(scope.setOf(types)));
  return compileBody({ rule, scope, environment }, rule.params, rule.body);
}

interface Compilation {
  readonly rule: Rule;
  readonly scope: NameScope;
  readonly environment: readonly number[];
}

function compileBody(compilation: Compilation, head: readonly Term[], body: readonly Literal[]): CompiledRule {
  const { rule, environment, scope } = compilation;
  const shared = sharedVariables(head, body);
  return {
    rule,
    environment,
    head: head.map((term) => termCode(term, scope)),
    body: new PendingLiterals(
      body.map((literal) =>
        literal.kind === 'not' ? compileNegation(compilation, literal.body, shared) : compileLiteral(literal, scope),
      ),
    ),
  };
}

/** The variables that stand in more than one place: in the head, and in the literals of the body. */
function sharedVariables(head: readonly Term[], body: readonly Literal[]): ReadonlySet<number> {
  const known = new Set<number>();
  const shared = new Set<number>();
  for (const terms of [head, ...body.map(termsOf)]) {
    for (const index of variablesIn(terms)) (known.has(index) ? shared : known).add(index);
  }
  return shared;
}

/** The negated body becomes a rule over the variables that it shares with its surroundings. */
function compileNegation(
  compilation: Compilation,
  body: readonly Literal[],
  sharedOutside: ReadonlySet<number>,
): CompiledLiteral {
  const shared: readonly Term[] = [...variablesIn(body.flatMap(termsOf))]
    .filter((index) => sharedOutside.has(index))
    .map((index) => ({ kind: 'variable', index }));
  const predicate: Predicate = {
    name: 'not',
    arity: shared.length,
    rules: [compileBody(compilation, shared, body)],
    relations: [],
    demands: new Set(),
    meanRows: () => 0,
  };
  return { kind: 'not', predicate, args: shared.map((term) => termCode(term, compilation.scope)) };
}

function compileLiteral(literal: Exclude<Literal, { kind: 'not' }>, scope: NameScope): CompiledLiteral {
  const code = (term: Term) => termCode(term, scope);
  switch (literal.kind) {
    case 'call':
      return {
        kind: 'call',
        predicate: scope.predicate(literal.predicate, literal.args.length),
        args: literal.args.map(code),
      };
    case 'equal':
      return { kind: 'equal', left: code(literal.left), right: code(literal.right) };
    case 'compare':
      return { kind: 'compare', operator: literal.operator, left: code(literal.left), right: code(literal.right) };
    case 'in':
      return compileIn(code(literal.item), literal.list.map(code));
    case 'matches':
      return { kind: 'matches', variable: -1 - literal.variable, types: scope.setOf(literal.types) };
  }
}

function compileIn(item: TermCode, list: readonly TermCode[]): CompiledLiteral {
  return { kind: 'in', item, list, members: list.every((term) => term >= 0) ? new Set(list) : undefined };
}

function termCode(term: Term, scope: NameScope): number {
  if (term.kind === 'now') return NOW;
  return term.kind === 'variable' ? -1 - term.index : scope.handleOf(term.value);
}
