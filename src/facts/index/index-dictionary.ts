import type { Value } from '../fact.ts';
import type { Dictionary } from '../fact-reader.ts';
import { type HandleCache, handleCacheFor, NOT_KEPT } from './handle-cache.ts';
import type { IdCursor } from './id-cursor.ts';
import { IdKey } from './id-key.ts';
import type { TypeDictionary } from './type-dictionary.ts';

interface TypeHandles {
  readonly name: string;
  /** In the cache. */
  readonly number: number;
  readonly first: number;
  readonly dictionary: TypeDictionary;
  readonly cursor: IdCursor;
}

/** All types of an index file. The handle of a value is its dense id plus the first handle of its type. */
export class IndexDictionary implements Dictionary {
  readonly valueCount: number;
  readonly #types: readonly TypeHandles[];
  readonly #byName: ReadonlyMap<string, TypeHandles>;
  readonly #key = new IdKey();
  readonly #cache: HandleCache;

  /** Types sorted by name. `cacheBytes` bounds the cache of ids asked for. */
  constructor(dictionaries: readonly TypeDictionary[], cacheBytes: number) {
    this.#cache = handleCacheFor(cacheBytes, dictionaries.length);
    const firstNumber = this.#cache.giveTypes(dictionaries.length);
    let first = 0;
    this.#types = dictionaries.map((dictionary, at) => {
      const type = { name: dictionary.name, number: firstNumber + at, first, dictionary, cursor: dictionary.cursor() };
      first += dictionary.idCount;
      return type;
    });
    this.valueCount = first;
    this.#byName = new Map(this.#types.map((type) => [type.name, type]));
  }

  handleOf(type: string, id: string): number {
    const known = this.#byName.get(type);
    if (known === undefined) return -1;
    const key = this.#key;
    if (!key.set(known.number, id)) return -1;
    const kept = this.#cache.find(key);
    if (kept !== NOT_KEPT) return kept;
    const dense = known.dictionary.find(key);
    const handle = dense === -1 ? -1 : known.first + dense;
    this.#cache.add(key, handle);
    return handle;
  }

  valueOf(handle: number): Value {
    const { name, first, cursor } = this.#typeAt(handle);
    cursor.moveTo(handle - first);
    return { type: name, id: cursor.text() };
  }

  typeOf(handle: number): string {
    return this.#typeAt(handle).name;
  }

  /** The last type whose first handle is not above this one. */
  #typeAt(handle: number): TypeHandles {
    let low = 0;
    let high = this.#types.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#types[middle] as TypeHandles).first <= handle) low = middle;
      else high = middle;
    }
    const type = this.#types[low];
    if (type === undefined || !(handle >= 0 && handle < this.valueCount))
      throw new Error(`no value has handle ${handle}`);
    return type;
  }
}
