import type { Value } from './fact.ts';
import type { Dictionary } from './fact-reader.ts';

/** A dictionary that grows. Handles are never reused; a map of maps keeps type and id apart whatever they hold. */
export class MemoryDictionary implements Dictionary {
  readonly #values: Value[] = [];
  readonly #handles = new Map<string, Map<string, number>>();

  get valueCount(): number {
    return this.#values.length;
  }

  handleOf(type: string, id: string): number {
    return this.#handles.get(type)?.get(id) ?? -1;
  }

  valueOf(handle: number): Value {
    const value = this.#values[handle];
    if (value === undefined) throw new Error(`no value has handle ${handle}`);
    return value;
  }

  typeOf(handle: number): string {
    return this.valueOf(handle).type;
  }

  /** The handle of a value, a new one when it had none. */
  add(type: string, id: string): number {
    let handles = this.#handles.get(type);
    if (handles === undefined) {
      handles = new Map();
      this.#handles.set(type, handles);
    }
    const known = handles.get(id);
    if (known !== undefined) return known;
    const handle = this.#values.length;
    this.#values.push({ type, id });
    handles.set(id, handle);
    return handle;
  }
}
