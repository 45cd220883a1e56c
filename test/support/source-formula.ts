import type { Value } from '../../src/facts/fact.ts';
import type {
  BlockNode,
  ExpressionNode,
  PolicyNode,
  RuleNode,
  ShorthandNode,
  StringNode,
  TermNode,
} from '../../src/polar/ast.ts';

/* Rules as the language reference reads them (polar reference, 2, 4 and 5), with nothing of `src/program/`. */

export interface SourceRule {
  readonly predicate: string;
  readonly params: readonly SourceTerm[];
  /** Types that the head gives to variables. */
  readonly typed: readonly Formula[];
  readonly body: Formula;
}

export type SourceTerm = { readonly value: Value } | { readonly name: string } | 'now';

export type Formula =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Formula[] }
  | { readonly kind: 'not'; readonly part: Formula }
  | { readonly kind: 'atom'; readonly predicate: string; readonly args: readonly SourceTerm[] }
  /** One of `right`, or compared with the only one. */
  | {
      readonly kind: 'test';
      readonly operator: string;
      readonly left: SourceTerm;
      readonly right: readonly SourceTerm[];
    }
  | { readonly kind: 'type'; readonly name: string; readonly type: string; readonly isExact: boolean };

export const TRUE: Formula = { kind: 'and', parts: [] };
const FALSE: Formula = { kind: 'or', parts: [] };

/** Whether a value of one type may stand where another is asked for. */
export type Conforms = (type: string, wanted: string) => boolean;

export interface SourceProgram {
  readonly rules: readonly SourceRule[];
  readonly conforms: Conforms;
  /** Every literal in the text. */
  readonly values: readonly Value[];
}

export function readSource(policy: PolicyNode): SourceProgram {
  const reader = new Reader(policy);
  const known = new Map<string, boolean>();
  const conforms: Conforms = (type, wanted) => {
    const key = `${type} ${wanted}`;
    const answer = known.get(key) ?? reader.conforms(type, wanted);
    known.set(key, answer);
    return answer;
  };
  return { rules: reader.rules(), conforms, values: reader.values };
}

class Reader {
  readonly values: Value[] = [];
  readonly #policy: PolicyNode;
  readonly #blocks: readonly BlockNode[];
  #fresh = 0;

  constructor(policy: PolicyNode) {
    this.#policy = policy;
    this.#blocks = policy.items.filter((item) => item.kind === 'block');
  }

  rules(): SourceRule[] {
    const rules = this.#policy.items.flatMap((item) => (item.kind === 'rule' ? [this.#rule(item)] : []));
    const short = this.#blocks.flatMap((block) => block.rules.map((rule) => this.#shorthandRule(block, rule)));
    const all = [...rules, ...short];
    if (all.some(({ predicate, params }) => predicate === 'allow' && params.length === 3)) return all;
    const params = ['a', 'b', 'c'].map((name) => ({ name }));
    const body: Formula = { kind: 'atom', predicate: 'has_permission', args: params };
    return [...all, { predicate: 'allow', params, typed: [], body }];
  }

  conforms(type: string, wanted: string): boolean {
    const parts = this.#blocks.filter(({ container, name }) => container !== 'global' && name.text === type);
    if (wanted === 'Resource') return parts.length > 0;
    if (wanted === 'Actor') return parts.some(({ container }) => container === 'actor');
    const parents = parts.flatMap((part) => part.parents.map(({ text }) => text));
    return type === wanted || parents.some((parent) => this.conforms(parent, wanted));
  }

  #rule({ head, body }: RuleNode): SourceRule {
    const params = head.parameters.map(({ term }) => this.#term(term));
    const typed = head.parameters.flatMap(({ type }, position): Formula[] => {
      const param = params[position] as SourceTerm;
      if (type === undefined || param === 'now' || !('name' in param)) return [];
      return [{ kind: 'type', name: param.name, type: type.text, isExact: false }];
    });
    return { predicate: head.name.text, params, typed, body: body ? this.#expression(body) : TRUE };
  }

  #expression(node: ExpressionNode): Formula {
    switch (node.kind) {
      case 'and':
      case 'or':
        return { kind: node.kind, parts: node.operands.map((operand) => this.#expression(operand)) };
      case 'not':
        return { kind: 'not', part: this.#expression(node.operand) };
      case 'call':
        return { kind: 'atom', predicate: node.name.text, args: node.args.map((arg) => this.#term(arg)) };
      case 'boolean-expression':
        return node.value ? TRUE : FALSE;
      case 'compare':
        return { kind: 'test', operator: node.operator, left: this.#term(node.left), right: [this.#term(node.right)] };
      case 'in': {
        const right = node.list.items.map((item) => this.#term(item));
        return { kind: 'test', operator: 'in', left: this.#term(node.item), right };
      }
      case 'matches':
        return { kind: 'type', name: node.variable.text, type: node.type.text, isExact: node.exact };
    }
  }

  /** `_` is another variable each time. */
  #term(node: TermNode): SourceTerm {
    if (node.kind === 'now') return 'now';
    if (node.kind === 'variable') return { name: node.name === '_' ? `_${++this.#fresh}` : node.name };
    const value = literalOf(node);
    this.values.push(value);
    return { value };
  }

  #shorthandRule(block: BlockNode, { head, body }: BlockNode['rules'][number]): SourceRule {
    const isGlobal = block.container === 'global';
    const kind = head.kind === 'string' ? this.#kindOf(block.name.text, head.value).kind : undefined;
    const isRole = kind === undefined ? head.kind === 'variable' && head.name === 'role' : kind === 'roles';
    const middle: SourceTerm = head.kind === 'string' ? this.#term(head) : { name: isRole ? 'role' : 'permission' };
    const type = (name: string, of: string): Formula => ({ kind: 'type', name, type: of, isExact: false });
    return {
      predicate: isRole ? 'has_role' : 'has_permission',
      params: [{ name: 'actor' }, middle, ...(isGlobal ? [] : [{ name: 'resource' }])],
      typed: [
        type('actor', 'Actor'),
        ...(middle !== 'now' && 'name' in middle ? [type(middle.name, 'String')] : []),
        ...(isGlobal ? [] : [type('resource', block.name.text)]),
      ],
      body: this.#shorthand(block, body),
    };
  }

  #shorthand(block: BlockNode, node: ShorthandNode): Formula {
    switch (node.kind) {
      case 'shorthand-and':
      case 'shorthand-or': {
        const parts = node.operands.map((operand) => this.#shorthand(block, operand));
        return { kind: node.kind === 'shorthand-and' ? 'and' : 'or', parts };
      }
      case 'call':
        return this.#expression(node);
      case 'shorthand-global':
        return this.#holds('global', (node.term as StringNode).value, undefined);
      case 'shorthand-term': {
        const { term, on } = node;
        if (on?.kind === 'string') return this.#holdsOn(block, term, on.value);
        const name = (term as StringNode).value;
        return this.#holds(block.name.text, name, block.container === 'global' ? undefined : 'resource');
      }
    }
  }

  #holdsOn(
    block: BlockNode,
    term: Exclude<Extract<ShorthandNode, { kind: 'shorthand-term' }>['on'], undefined>,
    relation: string,
  ): Formula {
    const { type } = this.#kindOf(block.name.text, relation);
    if (type === undefined) throw new Error(`${relation} is no relation`);
    const other = `related ${++this.#fresh}`;
    const leads: Formula[] = [
      { kind: 'type', name: other, type, isExact: false },
      { kind: 'atom', predicate: 'has_relation', args: [{ name: 'resource' }, this.#text(relation), { name: other }] },
    ];
    if (term.kind === 'string') return { kind: 'and', parts: [...leads, this.#holds(type, term.value, other)] };
    const predicate = term.text === 'role' ? 'has_role' : 'has_permission';
    const held: Formula = { kind: 'atom', predicate, args: [{ name: 'actor' }, { name: term.text }, { name: other }] };
    return { kind: 'and', parts: [...leads, { kind: 'type', name: term.text, type: 'String', isExact: false }, held] };
  }

  /** What a name means of a variable, or globally. */
  #holds(type: string, name: string, on: string | undefined): Formula {
    const { kind } = this.#kindOf(type, name);
    const actor = { name: 'actor' };
    const target = on === undefined ? [] : [{ name: on }];
    if (kind === 'relations')
      return { kind: 'atom', predicate: 'has_relation', args: [...target, this.#text(name), actor] };
    const predicate = kind === 'roles' ? 'has_role' : 'has_permission';
    return { kind: 'atom', predicate, args: [actor, this.#text(name), ...target] };
  }

  #text(id: string): SourceTerm {
    const value = { type: 'String', id };
    this.values.push(value);
    return { value };
  }

  /** First what the type declares itself, then its parents. */
  #kindOf(type: string, name: string): { readonly kind: string; readonly type?: string | undefined } {
    const parts = this.#blocks.filter((block) => block.name.text === type);
    for (const { key, value } of parts.flatMap((part) => part.declarations)) {
      if (value.kind === 'dictionary') {
        const field = value.fields.find((candidate) => candidate.name.text === name);
        if (field !== undefined) return { kind: key.text, type: field.type?.text };
      } else if (value.items.some((item) => item.kind === 'string' && item.value === name)) return { kind: key.text };
    }
    for (const parent of parts.flatMap((part) => part.parents)) {
      const found = this.#kindOf(parent.text, name);
      if (found.kind !== '') return found;
    }
    return { kind: '' };
  }
}

function literalOf(node: Exclude<TermNode, { kind: 'now' | 'variable' }>): Value {
  switch (node.kind) {
    case 'string':
      return { type: 'String', id: node.value };
    case 'number':
      return { type: 'Integer', id: String(node.value) };
    case 'boolean':
      return { type: 'Boolean', id: String(node.value) };
    case 'object':
      return { type: node.type.text, id: literalOf(node.id).id };
  }
}
