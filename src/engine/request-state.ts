import type { Value } from '../facts/fact.ts';
import type { TypeSet } from '../program/program.ts';
import type { Catalog } from './catalog.ts';
import type { Predicate } from './compiled-rule.ts';
import { ContextFacts } from './context-facts.ts';
import type { RequestContext } from './engine.ts';
import { parseInteger } from './parse-integer.ts';
import { ScratchDictionary } from './scratch-dictionary.ts';
import { StepMeter } from './step-meter.ts';
import { ANY_TYPE, exactly, type TypeSets } from './type-sets.ts';
import { Wildcards } from './wildcards.ts';

/** Everything that lives as long as one request: its own values and types, context facts, the time, the budget. */
export class RequestState {
  readonly catalog: Catalog;
  readonly meter: StepMeter;
  readonly wildcards = new Wildcards();
  /** The handle of `@current_unix_time`. */
  readonly now: number;
  /** What unification and judgements on types need. */
  readonly names: {
    readonly sets: TypeSets;
    readonly wildcards: Wildcards;
    readonly typeOf: (value: number) => number;
  };
  readonly #values: ScratchDictionary;
  readonly #types = new Map<string, number>();
  readonly #predicates = new Map<string, Map<number, Predicate>>();
  readonly #contextFacts = new Map<Predicate, ContextFacts>();
  readonly #integers = new Map<number, number | bigint | undefined>();

  constructor(catalog: Catalog, context: RequestContext) {
    this.catalog = catalog;
    this.names = { sets: catalog.types, wildcards: this.wildcards, typeOf: (value) => this.typeOf(value) };
    this.meter = new StepMeter(context.budget);
    this.#values = new ScratchDictionary(catalog.valuesEnd);
    this.now = this.handleOf({ type: 'Integer', id: context.unixTime.toString() });
    for (const { predicate: name, args } of context.contextFacts) {
      this.meter.step();
      const predicate = this.predicate(name, args.length);
      let facts = this.#contextFacts.get(predicate);
      if (facts === undefined) {
        facts = new ContextFacts();
        this.#contextFacts.set(predicate, facts);
      }
      facts.add(args.map((value) => this.handleOf(value)));
    }
  }

  handleOf({ type, id }: Value): number {
    const known = this.catalog.handleOf(type, id);
    return known >= 0 ? known : this.#values.add(type, id);
  }

  valueOf(handle: number): Value {
    return handle < this.#values.first ? this.catalog.valueOf(handle) : this.#values.valueOf(handle);
  }

  /** The number of a type, also of one that only this request names. */
  typeNumber(name: string): number {
    const known = this.catalog.types.typeOf(name);
    if (known >= 0) return known;
    let number = this.#types.get(name);
    if (number === undefined) {
      number = this.catalog.types.typeCount + this.#types.size;
      this.#types.set(name, number);
    }
    return number;
  }

  /** The set of exactly one type. */
  exactType(name: string): number {
    return exactly(this.typeNumber(name));
  }

  /** The number of a set of types. */
  setOf(set: TypeSet): number {
    return set.kind === 'any' ? ANY_TYPE : this.catalog.types.of([...set.types].map((name) => this.typeNumber(name)));
  }

  typeName(number: number): string {
    const { types } = this.catalog;
    return types.nameOf(number) ?? ([...this.#types.keys()][number - types.typeCount] as string);
  }

  /** The type of the value behind a handle. */
  typeOf(handle: number): number {
    const isOwn = handle >= this.#values.first;
    return this.typeNumber(isOwn ? this.#values.valueOf(handle).type : this.catalog.typeNameOf(handle));
  }

  /** The Integer behind a handle; undefined for other values. */
  integerOf(handle: number): number | bigint | undefined {
    if (!this.#integers.has(handle)) this.#integers.set(handle, parseInteger(this.valueOf(handle)));
    return this.#integers.get(handle);
  }

  /** A predicate that neither policy nor facts name has no rules and no relations. */
  predicate(name: string, arity: number): Predicate {
    const known = this.catalog.find(name, arity) ?? this.#predicates.get(name)?.get(arity);
    if (known !== undefined) return known;
    const unknown: Predicate = { name, arity, rules: [], relations: [], demands: new Set(), meanRows: () => 0 };
    const byArity = this.#predicates.get(name) ?? new Map<number, Predicate>();
    byArity.set(arity, unknown);
    this.#predicates.set(name, byArity);
    return unknown;
  }

  contextFacts(predicate: Predicate): ContextFacts | undefined {
    return this.#contextFacts.get(predicate.facts ?? predicate);
  }
}
