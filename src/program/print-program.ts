import type { Value } from '../facts/fact.ts';
import { describeTypes } from './describe-types.ts';
import type { DraftRule } from './expanded-rule.ts';
import type { FactSignature, Literal, Program, Rule, Term, Variable } from './program.ts';
import type { TypeTable } from './type-table.ts';

/**
 * The program as text for people: every rule, then every signature of facts. It reads like Polar, but variables made up
 * for shorthand have names such as `parent#1`, and sets of types that no single name covers are joined by `|`.
 */
export function printProgram(program: Program): string {
  const rules = program.rules.map((rule) => printRule(rule, program.types));
  const signatures = program.signatures.map((signature) => `fact ${printFactSignature(signature, program.types)};`);
  return [...rules, '', ...signatures, ''].join('\n');
}

/** `has_permission(actor: Actor, "read", resource: Repo) if has_role(actor, "reader", resource);` */
function printRule(rule: Rule, types: TypeTable): string {
  const head = printHead(rule, types);
  const inHead = new Set(rule.params.flatMap((term) => (term.kind === 'variable' ? [term.index] : [])));
  const constraints = rule.variables.flatMap(({ name, types: set }, index) =>
    inHead.has(index) || set.kind === 'any' ? [] : [`${name} matches ${describeTypes(set, types)}`],
  );
  const body = [...constraints, ...rule.body.map((literal) => printLiteral(literal, rule, types))];
  return body.length === 0 ? `${head};` : `${head} if ${body.join(' and ')};`;
}

/** `has_permission(actor: Actor, "read", resource: Repo)` */
export function printHead(rule: DraftRule, types: TypeTable): string {
  const params = rule.params.map((term) => {
    const set = term.kind === 'variable' ? rule.variables[term.index]?.types : undefined;
    const text = printTerm(term, rule);
    return set?.kind === 'some' ? `${text}: ${describeTypes(set, types)}` : text;
  });
  return `${rule.predicate}(${params.join(', ')})`;
}

/** `has_role(Actor, String, Repo)`; `_` where any type will do. */
export function printFactSignature({ predicate, types }: FactSignature, table: TypeTable): string {
  return `${predicate}(${types.map((set) => describeTypes(set, table)).join(', ')})`;
}

/** As the language writes it: `"member"`, `12`, `User{"alice"}`. */
function printValue({ type, id }: Value): string {
  if (type === 'String') return JSON.stringify(id);
  if (type === 'Integer' || type === 'Boolean') return id;
  return `${type}{${JSON.stringify(id)}}`;
}

function printLiteral(literal: Literal, rule: Rule, types: TypeTable): string {
  switch (literal.kind) {
    case 'call':
      return `${literal.predicate}(${printTerms(literal.args, rule)})`;
    case 'equal':
      return `${printTerm(literal.left, rule)} = ${printTerm(literal.right, rule)}`;
    case 'compare':
      return `${printTerm(literal.left, rule)} ${literal.operator} ${printTerm(literal.right, rule)}`;
    case 'in':
      return `${printTerm(literal.item, rule)} in [${printTerms(literal.list, rule)}]`;
    case 'not':
      return `not (${literal.body.map((inner) => printLiteral(inner, rule, types)).join(' and ')})`;
    case 'matches':
      return `${printTerm({ kind: 'variable', index: literal.variable }, rule)} matches ${describeTypes(literal.types, types)}`;
  }
}

function printTerms(terms: readonly Term[], rule: Rule): string {
  return terms.map((term) => printTerm(term, rule)).join(', ');
}

function printTerm(term: Term, rule: DraftRule): string {
  if (term.kind === 'value') return printValue(term.value);
  return term.kind === 'now' ? '@current_unix_time' : (rule.variables[term.index] as Variable).name;
}
