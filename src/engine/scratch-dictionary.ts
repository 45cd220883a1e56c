import type { Value } from '../facts/fact.ts';

/** Values with handles in the order they came, from a first handle on. */
export class ScratchDictionary {
  readonly first: number;
  readonly #values: Value[] = [];
  readonly #handles = new Map<string, Map<string, number>>();

  constructor(first: number) {
    this.first = first;
  }

  /** One past the last handle given. */
  get end(): number {
    return this.first + this.#values.length;
  }

  /** The handle of a value, or -1. */
  find(type: string, id: string): number {
    return this.#handles.get(type)?.get(id) ?? -1;
  }

  /** The handle of a value, new when it has none. */
  add(type: string, id: string): number {
    let ids = this.#handles.get(type);
    if (ids === undefined) {
      ids = new Map();
      this.#handles.set(type, ids);
    }
    let handle = ids.get(id);
    if (handle === undefined) {
      handle = this.end;
      this.#values.push({ type, id });
      ids.set(id, handle);
    }
    return handle;
  }

  /** The value behind a handle that this dictionary gave. */
  valueOf(handle: number): Value {
    return this.#values[handle - this.first] as Value;
  }
}
