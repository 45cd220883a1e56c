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

  /** Whether the source holds the hash slots; and a bound for the cache of ids asked for. */
  constructor(
    source: ByteSource,
    { types, relations }: Directory,
    { hasSlots, idCacheBytes }: { readonly hasSlots: boolean; readonly idCacheBytes: number },
  ) {
    this.types = types.map((entry) => new TypeDictionary(source, entry, hasSlots));
    this.dictionary = new IndexDictionary(this.types, idCacheBytes);
    const ranges = handleRanges(this.types);
    this.relations = relations.map(
      (entry) =>
        new IndexRelation(source, entry, {
          types: entry.types.map((type) => (this.types[type] as TypeDictionary).name),
          ranges: entry.types.map((type) => ranges[type] as HandleRange),
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
