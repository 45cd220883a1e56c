import type { Value } from '../facts/fact.ts';
import type { Dictionary, FactReader } from '../facts/fact-reader.ts';
import type { Program, Rule, TypeSet } from '../program/program.ts';
import { termsOf } from '../program/terms-of.ts';
import { type BindingDemands, findBindingDemands } from './binding-demands.ts';
import { compileRule, mayHold, type NameScope } from './compile-rule.ts';
import type { CompiledRule, Predicate } from './compiled-rule.ts';
import { linearizeClosure } from './linear-closure.ts';
import { RelationAccess } from './relation-access.ts';
import { ScratchDictionary } from './scratch-dictionary.ts';
import { TypeSets } from './type-sets.ts';

/**
 * A program and the facts it is asked about, with everything numbered: types, values and predicates. All names are
 * known once it is made; rules are compiled when they are first needed. The facts must not change while it lives.
 */
export class Catalog {
  readonly types = new TypeSets();
  readonly dictionary: Dictionary;
  /** Handles below this are those of the facts. */
  readonly storedEnd: number;
  /** The values that only the policy mentions. */
  readonly #literals: ScratchDictionary;
  /** Every String that the policy mentions. */
  readonly names = new Set<string>();
  readonly #predicates = new Map<string, Map<number, KnownPredicate>>();
  readonly #demands: BindingDemands;
  readonly #names: NameScope = {
    handleOf: ({ type, id }) => this.handleOf(type, id),
    setOf: (types) => this.types.setOf(types),
    predicate: (name, arity) => this.predicate(name, arity),
  };

  constructor(program: Program, facts: FactReader) {
    this.dictionary = facts.dictionary;
    this.storedEnd = facts.dictionary.valueCount;
    this.#literals = new ScratchDictionary(this.storedEnd);
    this.#demands = findBindingDemands(program);
    for (const type of ['String', 'Integer', 'Boolean', ...program.types.blocks.keys()]) this.types.addType(type);
    for (const relation of facts.relations) {
      const types = relation.types.map((type) => this.types.addType(type));
      this.predicate(relation.predicate, types.length).relations.push(new RelationAccess(relation, types));
    }
    for (const rule of program.rules) {
      this.#know(rule);
      this.predicate(rule.predicate, rule.params.length).sources.push(rule);
    }
  }

  /** One past the last handle of facts and policy; a request numbers its own values from here on. */
  get valuesEnd(): number {
    return this.#literals.end;
  }

  /** The handle of a value that a fact or the policy mentions, otherwise -1. */
  handleOf(type: string, id: string): number {
    const stored = this.dictionary.handleOf(type, id);
    return stored >= 0 ? stored : this.#literals.find(type, id);
  }

  /** The value behind a handle of facts or policy. */
  valueOf(handle: number): Value {
    return handle < this.storedEnd ? this.dictionary.valueOf(handle) : this.#literals.valueOf(handle);
  }

  typeNameOf(handle: number): string {
    return handle < this.storedEnd ? this.dictionary.typeOf(handle) : this.#literals.valueOf(handle).type;
  }

  /** Undefined when no rule, call or stored fact names it. */
  find(name: string, arity: number): Predicate | undefined {
    return this.#predicates.get(name)?.get(arity);
  }

  /** The predicate, new when it is not known yet. Only while the catalog is made. */
  predicate(name: string, arity: number): KnownPredicate {
    let byArity = this.#predicates.get(name);
    if (byArity === undefined) {
      byArity = new Map();
      this.#predicates.set(name, byArity);
    }
    let predicate = byArity.get(arity);
    if (predicate === undefined) {
      predicate = new KnownPredicate({
        name,
        arity,
        demands: this.#demands(name, arity),
        compile: (known) => this.#compile(known),
      });
      byArity.set(arity, predicate);
    }
    return predicate;
  }

  #compile(predicate: KnownPredicate): readonly CompiledRule[] {
    const rules = predicate.sources.filter(mayHold).map((rule) => compileRule(rule, this.#names));
    return linearizeClosure(predicate, rules, this.types);
  }

  #know(rule: Rule): void {
    for (const { types } of rule.variables) this.#knowTypes(types);
    for (const term of [...rule.params, ...rule.body.flatMap(termsOf)]) {
      if (term.kind === 'value') this.#knowValue(term.value);
    }
    const literals = [...rule.body];
    for (const literal of literals) {
      if (literal.kind === 'not') literals.push(...literal.body);
      else if (literal.kind === 'matches') this.#knowTypes(literal.types);
      else if (literal.kind === 'call') this.predicate(literal.predicate, literal.args.length);
    }
  }

  #knowTypes(set: TypeSet): void {
    if (set.kind === 'some') for (const type of set.types) this.types.addType(type);
  }

  #knowValue({ type, id }: Value): void {
    this.types.addType(type);
    if (type === 'String') this.names.add(id);
    if (this.dictionary.handleOf(type, id) < 0) this.#literals.add(type, id);
  }
}

class KnownPredicate implements Predicate {
  readonly name: string;
  readonly arity: number;
  readonly demands: ReadonlySet<number>;
  readonly relations: RelationAccess[] = [];
  /** The rules as they were given, until they are compiled. */
  readonly sources: Rule[] = [];
  readonly #compile: (predicate: KnownPredicate) => readonly CompiledRule[];
  #rules: readonly CompiledRule[] | undefined;
  readonly #meanRows = new Map<number, number>();

  constructor(parts: {
    readonly name: string;
    readonly arity: number;
    readonly demands: ReadonlySet<number>;
    readonly compile: (predicate: KnownPredicate) => readonly CompiledRule[];
  }) {
    this.name = parts.name;
    this.arity = parts.arity;
    this.demands = parts.demands;
    this.#compile = parts.compile;
  }

  get rules(): readonly CompiledRule[] {
    this.#rules ??= this.#compile(this);
    return this.#rules;
  }

  meanRows(bound: number): number {
    let rows = this.#meanRows.get(bound);
    if (rows === undefined) {
      rows = Math.max(0, ...this.relations.map((relation) => relation.meanRows(bound)));
      this.#meanRows.set(bound, rows);
    }
    return rows;
  }
}
