import type { TypeSet } from '../program/program.ts';

/** The set of every type that exists, also of types that no policy or fact names. */
export const ANY_TYPE = 0;
/** The set without types: nothing fits. */
export const NO_TYPE = -1;
/** Sets of one type are written EXACT + type; all other sets are numbered from 1. */
const EXACT = 1 << 24;

/** The set of exactly one type. */
export function exactly(type: number): number {
  return EXACT + type;
}

/** Types and sets of types as small integers. Equal sets have equal numbers. */
export class TypeSets {
  readonly #types = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #members: ReadonlySet<number>[] = [new Set()];
  readonly #numbers = new Map<string, number>();
  readonly #meets = new Map<number, number>();

  /** How many types are known; a request numbers the types that only it names from here on. */
  get typeCount(): number {
    return this.#names.length;
  }

  /** The number of a type, new when it is not known yet. Only while the catalog is made. */
  addType(name: string): number {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    this.#types.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  /** The number of a known type, otherwise -1. */
  typeOf(name: string): number {
    return this.#types.get(name) ?? -1;
  }

  nameOf(type: number): string | undefined {
    return this.#names[type];
  }

  /** The number of a set whose types are all known. */
  setOf(set: TypeSet): number {
    return set.kind === 'any' ? ANY_TYPE : this.#number([...set.types].map((name) => this.addType(name)));
  }

  has(set: number, type: number): boolean {
    if (set === ANY_TYPE) return true;
    if (set >= EXACT) return set === EXACT + type;
    return this.#members[set]?.has(type) ?? false;
  }

  /** Types in both; `NO_TYPE` when there are none. */
  meet(a: number, b: number): number {
    if (a === b || b === ANY_TYPE) return a;
    if (a === ANY_TYPE) return b;
    if (a >= EXACT) return this.has(b, a - EXACT) ? a : NO_TYPE;
    if (b >= EXACT) return this.has(a, b - EXACT) ? b : NO_TYPE;
    const key = Math.min(a, b) * EXACT + Math.max(a, b);
    let meet = this.#meets.get(key);
    if (meet === undefined) {
      meet = this.#number(this.members(a).filter((type) => this.has(b, type)));
      this.#meets.set(key, meet);
    }
    return meet;
  }

  /** The types of a set other than `ANY_TYPE`. */
  members(set: number): readonly number[] {
    return set >= EXACT ? [set - EXACT] : [...(this.#members[set] ?? [])];
  }

  /** The set of these types. */
  of(types: Iterable<number>): number {
    return this.#number([...types]);
  }

  #number(types: readonly number[]): number {
    const [only] = types;
    if (only === undefined) return NO_TYPE;
    const sorted = [...new Set(types)].sort((a, b) => a - b);
    if (sorted.length === 1) return EXACT + only;
    const key = sorted.join();
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#members.push(new Set(sorted)) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
