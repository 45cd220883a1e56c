import type { NameNode, TermNode } from '../polar/ast.ts';
import type { Span } from '../source/source.ts';
import type { ImpossibleVariable } from './expanded-rule.ts';
import type { TypeSet, Variable } from './program.ts';
import type { Conjunction } from './split-expression.ts';
import { ANY_TYPE, intersectTypes, isEmptyTypeSet } from './type-set.ts';

/** The variables of one body: of a rule, head included, or of a `not`. */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly own: Map<string, number>;
  /** All variables of this scope, nameless ones included. */
  readonly members: number[];
  /** `matches` on names that no variable of this scope has: they bind in the `not`s that use the name. */
  readonly pending: Map<string, Constraint>;
}

interface Constraint {
  readonly name: string;
  readonly types: TypeSet;
  /** Types as written. */
  readonly written: readonly string[];
  readonly span: Span;
}

/** Numbers the variables of one rule, and keeps what is known of their types. */
export class VariableBook {
  readonly #entries: Constraint[] = [];
  readonly impossible: ImpossibleVariable[] = [];

  openScope(parent: Scope | undefined): Scope {
    return { parent, own: new Map(), members: [], pending: new Map() };
  }

  /** The variable of that name in this scope or an outer one; a new one of this scope when there is none. `_` is always new. */
  declare(name: string, span: Span, scope: Scope): number {
    const known = name === '_' ? undefined : find(name, scope);
    if (known !== undefined) return known;
    const index = this.#entries.length;
    const pending = name === '_' ? undefined : findPending(name, scope);
    this.#entries.push({ name, types: pending?.types ?? ANY_TYPE, written: pending?.written ?? [], span });
    scope.members.push(index);
    if (name !== '_') scope.own.set(name, index);
    return index;
  }

  narrow(index: number, types: TypeSet, written: string): void {
    const entry = this.#entries[index] as Constraint;
    this.#entries[index] = { ...entry, ...both(entry, types, written) };
  }

  /** Notes a `matches` of the body of this scope. Gives the variable back when it belongs to an outer scope: then nothing is noted. */
  constrain(name: NameNode, { types, written }: { types: TypeSet; written: string }, scope: Scope): number | undefined {
    const own = scope.own.get(name.text);
    if (own !== undefined) {
      this.narrow(own, types, written);
      return undefined;
    }
    const outer = name.text === '_' ? undefined : find(name.text, scope);
    if (outer !== undefined) return outer;
    // `_ matches T` constrains nothing else, but no value may be possible.
    const key = name.text === '_' ? `_#${scope.pending.size}` : name.text;
    const before = findPending(key, scope) ?? { name: name.text, types: ANY_TYPE, written: [] };
    scope.pending.set(key, { name: name.text, span: name.span, ...both(before, types, written) });
    return undefined;
  }

  /** Call when all `matches` of the body are noted. False when some variable of the scope has no type left. */
  closeScope(scope: Scope): boolean {
    const constraints = [
      ...scope.members.map((index) => this.#entries[index] as Constraint),
      ...scope.pending.values(),
    ];
    const impossible = constraints.filter(({ types }) => isEmptyTypeSet(types));
    this.impossible.push(...impossible.map(({ name, written, span }) => ({ name, written, span })));
    return impossible.length === 0;
  }

  variables(): readonly Variable[] {
    return this.#entries.map(({ name, types }) => ({ name, types }));
  }

  spans(): readonly Span[] {
    return this.#entries.map(({ span }) => span);
  }
}

/** Makes the variables that have a positive use in this body its own, unless an outer scope has them. */
export function declareVariables(conjunction: Conjunction, scope: Scope, book: VariableBook): void {
  for (const condition of conjunction) {
    switch (condition.kind) {
      case 'call':
        declareTerms(condition.args, scope, book);
        break;
      case 'compare':
        declareTerms([condition.left, condition.right], scope, book);
        break;
      case 'in':
        declareTerms([condition.item, ...condition.list.items], scope, book);
        break;
      default:
    }
  }
}

function declareTerms(terms: readonly TermNode[], scope: Scope, book: VariableBook): void {
  for (const term of terms) {
    if (term.kind === 'variable' && term.name !== '_') book.declare(term.name, term.span, scope);
  }
}

function find(name: string, scope: Scope): number | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const index = at.own.get(name);
    if (index !== undefined) return index;
  }
  return undefined;
}

function findPending(name: string, scope: Scope): Constraint | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const constraint = at.pending.get(name);
    if (constraint) return constraint;
  }
  return undefined;
}

type Known = Pick<Constraint, 'types' | 'written'>;

function both(before: Known, types: TypeSet, written: string): Known {
  return {
    types: intersectTypes(before.types, types),
    written: before.written.includes(written) ? before.written : [...before.written, written],
  };
}
