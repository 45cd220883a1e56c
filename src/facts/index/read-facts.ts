import type { Fact, FactBatch, Value } from '../fact.ts';
import type { IndexReader } from './index-reader.ts';
import type { IndexRelation } from './index-relation.ts';

/** Facts handed on at a time; arbitrary. */
const BATCH_FACTS = 2048;

/** Values kept so that those which repeat, as roles do, are decoded once: a power of two, a few megabytes at most. */
const KEPT_VALUES = 16_384;

/** All facts in canonical order. */
export function* readFacts(reader: IndexReader): Generator<FactBatch> {
  const values = new KeptValues(reader);
  let batch: Fact[] = [];
  for (const relation of reader.relations) {
    for (let row = 0; row < relation.rowCount; row++) {
      batch.push({ predicate: relation.predicate, args: readArgs(relation, row, values) });
      if (batch.length < BATCH_FACTS) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function readArgs({ orders, types }: IndexRelation, row: number, values: KeptValues): readonly Value[] {
  const order = orders[0];
  const args: Value[] = [];
  if (order === undefined) return args;
  for (let column = 0; column < types.length; column++) args.push(values.of(order.get(row, column)));
  return args;
}

/** Remembers the last value of each group of handles that are equal in their low bits. */
class KeptValues {
  readonly #reader: IndexReader;
  readonly #handles = new Int32Array(KEPT_VALUES).fill(-1);
  readonly #values: (Value | undefined)[] = new Array<Value | undefined>(KEPT_VALUES);

  constructor(reader: IndexReader) {
    this.#reader = reader;
  }

  of(handle: number): Value {
    const place = handle % KEPT_VALUES;
    const kept = this.#values[place];
    if (kept !== undefined && this.#handles[place] === handle) return kept;
    const value = this.#reader.dictionary.valueOf(handle);
    this.#handles[place] = handle;
    this.#values[place] = value;
    return value;
  }
}
