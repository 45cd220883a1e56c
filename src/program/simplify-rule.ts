import type { DraftLiteral, DraftRule } from './expanded-rule.ts';
import type { Literal, Rule, Term, Variable } from './program.ts';

/**
 * The rule without `false`: absent when its body holds never; a `not` whose body holds never is dropped. Variables are
 * numbered anew without gaps.
 */
export function simplifyRule(rule: DraftRule): Rule | undefined {
  const body = simplifyBody(rule.body);
  return body && renumber({ ...rule, body });
}

/** Absent when it never holds. */
function simplifyBody(body: readonly DraftLiteral[]): readonly Literal[] | undefined {
  const kept: Literal[] = [];
  for (const literal of body) {
    if (literal.kind === 'false') return undefined;
    if (literal.kind !== 'not') {
      kept.push(literal);
      continue;
    }
    const inner = simplifyBody(literal.body);
    if (inner?.length === 0) return undefined;
    if (inner) kept.push({ kind: 'not', body: inner });
  }
  return kept;
}

function renumber(rule: Rule): Rule {
  const numbers = new Map<number, number>();
  const number = (index: number): number => {
    const known = numbers.get(index) ?? numbers.size;
    numbers.set(index, known);
    return known;
  };
  const params = renumberTerms(rule.params, number);
  const body = rule.body.map((literal) => renumberLiteral(literal, number));
  const variables = [...numbers.keys()].map((index) => rule.variables[index] as Variable);
  return { ...rule, params, body, variables };
}

type Numbering = (index: number) => number;

function renumberLiteral(literal: Literal, number: Numbering): Literal {
  switch (literal.kind) {
    case 'call':
      return { ...literal, args: renumberTerms(literal.args, number) };
    case 'equal':
    case 'compare':
      return { ...literal, left: renumberTerm(literal.left, number), right: renumberTerm(literal.right, number) };
    case 'in':
      return { ...literal, item: renumberTerm(literal.item, number), list: renumberTerms(literal.list, number) };
    case 'not':
      return { kind: 'not', body: literal.body.map((inner) => renumberLiteral(inner, number)) };
    case 'matches':
      return { ...literal, variable: number(literal.variable) };
  }
}

function renumberTerms(terms: readonly Term[], number: Numbering): readonly Term[] {
  return terms.map((term) => renumberTerm(term, number));
}

function renumberTerm(term: Term, number: Numbering): Term {
  return term.kind === 'variable' ? { kind: 'variable', index: number(term.index) } : term;
}
