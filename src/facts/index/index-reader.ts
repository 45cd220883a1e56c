import type { FactReader } from '../fact-reader.ts';
import type { ByteSource } from './byte-source.ts';
import type { Directory } from './directory.ts';
import { IndexDictionary } from './index-dictionary.ts';
import { IndexRelation } from './index-relation.ts';
import type { HandleRange } from './relation-order.ts';
import { TypeDictionary } from './type-dictionary.ts';

/** The facts of an index file, wherever its bytes are. */
export class IndexReader implements FactReader {
  readonly dictionary: IndexDictionary;
  readonly relations: readonly IndexRelation[];
  readonly factCount: number;
  /** One a type, sorted by name. */
  readonly types: readonly TypeDictionary[];

  /** `withSlots` is false when the source holds no hash slots. */
  constructor(source: ByteSource, { types, relations }: Directory, withSlots: boolean) {
    this.types = types.map((entry) => new TypeDictionary(source, entry, withSlots));
    this.dictionary = new IndexDictionary(this.types, cacheBytes(source));
    const ranges = handleRanges(this.types);
    this.relations = relations.map(
      (entry) =>
        new IndexRelation(source, entry, {
          types: entry.types.map((type) => this.types[type]?.name ?? ''),
          ranges: entry.types.map((type) => ranges[type] ?? { first: 0, count: 0 }),
        }),
    );
    this.factCount = relations.reduce((sum, { rowCount }) => sum + rowCount, 0);
  }
}

function handleRanges(types: readonly TypeDictionary[]): readonly HandleRange[] {
  let first = 0;
  return types.map(({ idCount }) => {
    const range = { first, count: idCount };
    first += idCount;
    return range;
  });
}

/** For ids asked for: a small part of what the index takes, within what a hot set needs. */
function cacheBytes(source: ByteSource): number {
  return Math.min(MAX_CACHE_BYTES, Math.max(LEAST_CACHE_BYTES, source.bytes.length / 8));
}

/** Some 15,000 and 60,000 ids. */
const LEAST_CACHE_BYTES = 2 ** 20;
const MAX_CACHE_BYTES = 4 * 2 ** 20;
