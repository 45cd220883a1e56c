import type { Fact, Value } from '../../src/facts/fact.ts';

export const STRANGER = 'stranger⁂';

export function isStranger(value: Value): boolean {
  return value.id.startsWith(STRANGER);
}

/** The world is too large for the slowest obvious thing. */
export class TooManyLooks extends Error {}

/** How many atoms and values may still be looked at. */
export class Looks {
  #left: number;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#left = most;
  }

  /** Throws TooManyLooks. */
  take(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new TooManyLooks();
  }
}

/** Adds to `model` what rules say at once: positive calls look at `model`, those under `not` at `judged`. */
export type ApplyRules = (model: Interpretation, judged: Interpretation) => void;

/**
 * Negation is the alternating fixpoint: for a stratified program it ends in the perfect model, and it needs no strata
 * to do so.
 */
export function alternatingFixpoint(facts: readonly Fact[], apply: ApplyRules): Interpretation {
  let under = new Interpretation();
  const first = leastModel(facts, apply, under);
  if (!under.isAsked) return first;
  for (;;) {
    const next = leastModel(facts, apply, leastModel(facts, apply, under));
    if (next.size === under.size) return under;
    under = next;
  }
}

/** The least model when `not` is judged by a fixed interpretation. */
function leastModel(facts: readonly Fact[], apply: ApplyRules, judged: Interpretation): Interpretation {
  const model = new Interpretation();
  for (const fact of facts) model.add(fact.predicate, fact.args);
  for (;;) {
    const before = model.size;
    apply(model, judged);
    if (model.size === before) return model;
  }
}

/** A set of ground atoms. */
export class Interpretation {
  readonly #tables = new Map<string, Table>();
  size = 0;
  /** Whether anybody has looked into it. */
  isAsked = false;

  add(predicate: string, args: readonly Value[]): void {
    const { keys, rows } = this.#table(predicate, args.length);
    const key = atomKey(args);
    if (keys.has(key)) return;
    keys.add(key);
    rows.push(args);
    this.size += 1;
  }

  has(predicate: string, args: readonly Value[]): boolean {
    this.isAsked = true;
    return this.#table(predicate, args.length).keys.has(atomKey(args));
  }

  /** Those that are there; what is added later comes at their end. */
  atoms(predicate: string, arity: number): readonly (readonly Value[])[] {
    this.isAsked = true;
    return this.#table(predicate, arity).rows;
  }

  /** All of them, as text that is the same for the same atom only. */
  texts(): readonly string[] {
    return [...this.#tables].flatMap(([name, { keys }]) => [...keys].map((key) => `${name} ${key}`)).sort();
  }

  #table(predicate: string, arity: number): Table {
    const name = `${arity} ${predicate}`;
    const table = this.#tables.get(name) ?? { keys: new Set(), rows: [] };
    this.#tables.set(name, table);
    return table;
  }
}

interface Table {
  readonly keys: Set<string>;
  readonly rows: (readonly Value[])[];
}

function atomKey(args: readonly Value[]): string {
  return JSON.stringify(args.map((value) => [value.type, value.id]));
}
