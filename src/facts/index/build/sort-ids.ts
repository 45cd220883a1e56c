/** Where the bytes of numbered ids are. */
export interface IdTexts {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly lengths: Uint16Array;
}

/** Bytes of an id looked at in one round: as many as fit into an exact double beside a number below 2^21. */
const KEY_BYTES = 4;
const NUMBER_LIMIT = 2 ** 21;

/** Runs this short are sorted by insertion: cheaper than the call that sorts numbers. */
const SHORT_RUN = 24;

/**
 * Sorts id numbers by the UTF-8 bytes of the ids, which all differ. Rounds of a radix sort from the left: the next four
 * bytes and the place of the number make one double, and the platform sorts doubles far faster than any comparison
 * function lets it. `order` holds at most 2^21 numbers.
 */
export function sortIds(texts: IdTexts, order: Uint32Array): void {
  // Those of the first column of sorted facts are.
  if (isSorted(texts, order)) return;
  const keys = new Float64Array(order.length);
  const copy = new Uint32Array(order.length);
  sortRun({ texts, order, keys, copy }, { from: 0, to: order.length, depth: 0 });
}

function isSorted(texts: IdTexts, order: Uint32Array): boolean {
  for (let i = 1; i < order.length; i++) if (!isBefore(texts, order[i - 1] ?? 0, order[i] ?? 0, 0)) return false;
  return true;
}

interface Work {
  readonly texts: IdTexts;
  readonly order: Uint32Array;
  readonly keys: Float64Array;
  readonly copy: Uint32Array;
}

/** Ids of this run have their first `depth` bytes in common. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

function sortRun(work: Work, first: Run): void {
  const runs = [first];
  for (let run = runs.pop(); run !== undefined; run = runs.pop()) {
    if (run.to - run.from <= SHORT_RUN) sortByInsertion(work, run);
    else splitRun(work, run, runs);
  }
}

/** Sorts a run by its next bytes, and adds the runs that are still equal. */
function splitRun(work: Work, { from, to, depth }: Run, runs: Run[]): void {
  const { order, keys, copy } = work;
  makeKeys(work, { from, to, depth });
  keys.subarray(from, to).sort();
  let runFrom = from;
  let runKey = -1;
  for (let i = from; i < to; i++) {
    const packed = keys[i] ?? 0;
    const key = Math.floor(packed / NUMBER_LIMIT);
    order[i] = copy[from + (packed - key * NUMBER_LIMIT)] ?? 0;
    if (key === runKey) continue;
    if (i - runFrom > 1) runs.push({ from: runFrom, to: i, depth: depth + KEY_BYTES });
    runFrom = i;
    runKey = key;
  }
  if (to - runFrom > 1) runs.push({ from: runFrom, to, depth: depth + KEY_BYTES });
}

/** Fills in `keys` and `copy` for a run. */
function makeKeys({ texts, order, keys, copy }: Work, { from, to, depth }: Run): void {
  let longest = 0;
  for (let i = from; i < to; i++) {
    const id = order[i] ?? 0;
    copy[i] = id;
    keys[i] = keyAt(texts, id, depth) * NUMBER_LIMIT + (i - from);
    longest = Math.max(longest, texts.lengths[id] ?? 0);
  }
  if (depth < longest) return;
  // Ids that are equal beyond their ends differ in trailing NUL bytes: there the shorter comes first.
  for (let i = from; i < to; i++) keys[i] = (texts.lengths[copy[i] ?? 0] ?? 0) * NUMBER_LIMIT + (i - from);
}

/** Four bytes from `depth` on, zeros beyond the end. */
function keyAt({ bytes, starts, lengths }: IdTexts, id: number, depth: number): number {
  const start = starts[id] ?? 0;
  const left = (lengths[id] ?? 0) - depth;
  const at = start + depth;
  const high = left > 0 ? (bytes[at] ?? 0) : 0;
  const rest = left > 1 ? (bytes[at + 1] ?? 0) << 16 : 0;
  const third = left > 2 ? (bytes[at + 2] ?? 0) << 8 : 0;
  const fourth = left > 3 ? (bytes[at + 3] ?? 0) : 0;
  return high * 0x100_0000 + (rest | third | fourth);
}

function sortByInsertion({ texts, order }: Work, { from, to, depth }: Run): void {
  for (let i = from + 1; i < to; i++) {
    const id = order[i] ?? 0;
    let at = i;
    while (at > from && isBefore(texts, id, order[at - 1] ?? 0, depth)) {
      order[at] = order[at - 1] ?? 0;
      at--;
    }
    order[at] = id;
  }
}

function isBefore({ bytes, starts, lengths }: IdTexts, a: number, b: number, depth: number): boolean {
  const aStart = starts[a] ?? 0;
  const bStart = starts[b] ?? 0;
  const aLength = lengths[a] ?? 0;
  const bLength = lengths[b] ?? 0;
  const common = Math.min(aLength, bLength);
  for (let i = Math.min(depth, common); i < common; i++) {
    const difference = (bytes[aStart + i] ?? 0) - (bytes[bStart + i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return aLength < bLength;
}
