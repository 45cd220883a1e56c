import { OsoError } from '../../../errors/oso-error.ts';
import { combine } from '../hash-id.ts';
import type { IndexReader } from '../index-reader.ts';
import type { RelationOrder } from '../relation-order.ts';

/** Rows read at a time: they stay in the nearest cache. */
const BATCH_ROWS = 1024;

/**
 * Throws INDEX_INVALID unless all orders of each relation have the same rows. The first one is compared with the facts
 * that came in; the others are made from it, through temporary files of which nothing else tells that they came back
 * as they were written. Yields now and then.
 */
export function* checkOrders(reader: IndexReader): Generator<void> {
  for (const { orders } of reader.relations) {
    // With a single order there is nothing to compare.
    if (orders.length < 2) continue;
    const sums = new Set<number>();
    for (const order of orders) sums.add(yield* sumRows(order));
    if (sums.size !== 1) {
      throw new OsoError('INDEX_INVALID', 'the index reads back other than it was written: its orders differ');
    }
  }
}

/** The sum of the hashes of all rows modulo 2^32, which does not depend on how they are sorted. */
function* sumRows(order: RelationOrder): Generator<void, number> {
  const ids = new Int32Array(BATCH_ROWS);
  const hashes = new Int32Array(BATCH_ROWS);
  let sum = 0;
  for (let from = 0; from < order.rowCount; from += BATCH_ROWS) {
    const count = Math.min(BATCH_ROWS, order.rowCount - from);
    hashes.fill(0);
    for (const column of order.columns.keys()) {
      order.read({ from, count }, column, ids);
      combineAll(hashes, ids, count);
    }
    sum = (sum + sumOf(hashes, count)) | 0;
    yield;
  }
  return sum;
}

function combineAll(hashes: Int32Array, ids: Int32Array, count: number): void {
  for (let row = 0; row < count; row++) hashes[row] = combine(hashes[row] as number, ids[row] as number);
}

function sumOf(numbers: Int32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum + (numbers[i] as number)) | 0;
  return sum;
}
