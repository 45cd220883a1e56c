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
  for (let i = 1; i < order.length; i++)
    if (!isBefore(texts, order[i - 1] as number, order[i] as number, 0)) return false;
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

/** Sorts a run by its next bytes that are not all the same, and adds the runs that are still equal. */
function splitRun(work: Work, { from, to, depth: first }: Run, runs: Run[]): void {
  const { order, keys, copy } = work;
  let depth = first;
  while (!makeKeys(work, { from, to, depth })) depth += KEY_BYTES;
  keys.subarray(from, to).sort();
  let runFrom = from;
  for (let i = from; i < to; i++) {
    const packed = keys[i] as number;
    const key = Math.floor(packed / NUMBER_LIMIT);
    order[i] = copy[from + (packed - key * NUMBER_LIMIT)] as number;
    const goesOn = i + 1 < to && (keys[i + 1] as number) < (key + 1) * NUMBER_LIMIT;
    if (goesOn) continue;
    if (i > runFrom) runs.push({ from: runFrom, to: i + 1, depth: depth + KEY_BYTES });
    runFrom = i + 1;
  }
}

/** Fills in `keys` and `copy` for a run; false when all keys are the same, as ids of one type often begin alike. */
function makeKeys({ texts, order, keys, copy }: Work, { from, to, depth }: Run): boolean {
  const first = keyAt(texts, order[from] as number, depth);
  let differ = false;
  let goOn = false;
  for (let i = from; i < to; i++) {
    const id = order[i] as number;
    const key = keyAt(texts, id, depth);
    copy[i] = id;
    keys[i] = key * NUMBER_LIMIT + (i - from);
    if (key !== first) differ = true;
    if ((texts.lengths[id] as number) > depth) goOn = true;
  }
  return goOn ? differ : makeLengthKeys(texts, { from, to, keys, copy });
}

/** Ids that are equal beyond their ends differ in trailing NUL bytes: there the shorter comes first. */
function makeLengthKeys(
  { lengths }: IdTexts,
  { from, to, keys, copy }: Pick<Work, 'keys' | 'copy'> & Pick<Run, 'from' | 'to'>,
): boolean {
  for (let i = from; i < to; i++) keys[i] = (lengths[copy[i] as number] as number) * NUMBER_LIMIT + (i - from);
  return true;
}

/** Four bytes from `depth` on, zeros beyond the end. */
function keyAt({ bytes, starts, lengths }: IdTexts, id: number, depth: number): number {
  const start = starts[id] as number;
  const left = (lengths[id] as number) - depth;
  const at = start + depth;
  const high = left > 0 ? (bytes[at] as number) : 0;
  const rest = left > 1 ? (bytes[at + 1] as number) << 16 : 0;
  const third = left > 2 ? (bytes[at + 2] as number) << 8 : 0;
  const fourth = left > 3 ? (bytes[at + 3] as number) : 0;
  return high * 0x100_0000 + (rest | third | fourth);
}

function sortByInsertion({ texts, order }: Work, { from, to, depth }: Run): void {
  for (let i = from + 1; i < to; i++) {
    const id = order[i] as number;
    let at = i;
    while (at > from && isBefore(texts, id, order[at - 1] as number, depth)) {
      order[at] = order[at - 1] as number;
      at--;
    }
    order[at] = id;
  }
}

function isBefore({ bytes, starts, lengths }: IdTexts, a: number, b: number, depth: number): boolean {
  const aStart = starts[a] as number;
  const bStart = starts[b] as number;
  const aLength = lengths[a] as number;
  const bLength = lengths[b] as number;
  const common = Math.min(aLength, bLength);
  for (let i = Math.min(depth, common); i < common; i++) {
    const difference = (bytes[aStart + i] as number) - (bytes[bStart + i] as number);
    if (difference !== 0) return difference < 0;
  }
  return aLength < bLength;
}
