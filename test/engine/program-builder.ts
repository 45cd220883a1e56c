import type { Literal, Program, Rule, Term, TypeSet } from '../../src/program/program.ts';

/*
 * Programs by hand, for what no policy text says. `p('has_role', '?u:User', 'String:member', '?r')` is an atom: `?name` is a
 * variable, `?name:Type|Type` with its types, `now` the time, anything else `Type:id`.
 */
export interface Atom {
  readonly predicate: string;
  readonly args: readonly string[];
}

export function atom(predicate: string, ...args: readonly string[]): Atom {
  return { predicate, args };
}

type Part =
  | Atom
  | { readonly not: readonly Part[] }
  | readonly [string, '=' | '!=' | '<' | '<=' | '>' | '>=', string]
  | { readonly item: string; readonly list: readonly string[] }
  | { readonly matches: string; readonly type: string };

export function rule(head: Atom, ...body: readonly Part[]): Rule {
  const variables = new Map<string, { index: number; types: TypeSet }>();
  const term = (text: string): Term => {
    if (text === 'now') return { kind: 'now' };
    if (!text.startsWith('?')) {
      const [type = '', ...id] = text.split(':');
      return { kind: 'value', value: { type, id: id.join(':') } };
    }
    const [name = '', types] = text.slice(1).split(':');
    const known = variables.get(name) ?? { index: variables.size, types: { kind: 'any' } };
    if (types !== undefined) known.types = { kind: 'some', types: new Set(types.split('|').filter(Boolean)) };
    variables.set(name, known);
    return { kind: 'variable', index: known.index };
  };
  const literal = (part: Part): Literal => {
    if ('predicate' in part) return { kind: 'call', predicate: part.predicate, args: part.args.map(term) };
    if ('not' in part) return { kind: 'not', body: part.not.map(literal) };
    if ('matches' in part) {
      const tested = term(part.matches);
      if (tested.kind !== 'variable') throw new Error('only a variable has a type to test');
      return { kind: 'matches', variable: tested.index, types: { kind: 'some', types: new Set([part.type]) } };
    }
    if ('list' in part) return { kind: 'in', item: term(part.item), list: part.list.map(term) };
    const [left, operator, right] = part;
    if (operator === '=') return { kind: 'equal', left: term(left), right: term(right) };
    return { kind: 'compare', operator, left: term(left), right: term(right) };
  };
  const params = head.args.map(term);
  const literals = body.map(literal);
  return {
    predicate: head.predicate,
    params,
    body: literals,
    variables: [...variables].map(([name, { types }]) => ({ name, types })),
    span: undefined,
  };
}

export function program(...rules: readonly Rule[]): Program {
  return {
    types: {
      blocks: new Map(),
      isAbstract: () => false,
      subtypesOf: (type) => new Set([type]),
    },
    rules,
    signatures: [],
    metadata: { resources: new Map() },
    tests: [],
  };
}
