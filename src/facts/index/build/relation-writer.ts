import { OsoError } from '../../../errors/oso-error.ts';
import { MAX_FACT_ARITY } from '../../fact.ts';
import { collectGarbageSoon } from '../collect-garbage.ts';
import type { OrderEntry, RelationEntry } from '../directory.ts';
import type { Renumbering } from './merge-ids.ts';
import { OrderCollector } from './order-collector.ts';
import { RowSorter, sortingWords } from './row-sorter.ts';
import type { SectionWriter } from './section-writer.ts';
import type { NumberedSignature } from './signature-table.ts';
import { bytesOf, SpillFile } from './spill-file.ts';
import type { RowRun, Spills } from './spills.ts';
import type { TemporaryFiles } from './temporary-files.ts';

/** Rows moved at a time, between two turns of the event loop. */
const BLOCK_ROWS = 4096;

/** Sorts a thousand rows of whatever relation. */
const LEAST_WORDS = 8 * 1024;

/** Types whose ids are values, not things: questions seldom start from them. */
const VALUE_TYPES: ReadonlySet<string> = new Set(['String', 'Integer', 'Boolean']);

export interface RelationInput {
  readonly signature: NumberedSignature;
  /** Positions in the directory of the types of the columns. */
  readonly types: readonly number[];
  readonly runs: readonly RowRun[];
  /** The dense ids of the ids that a chunk has of a type. */
  readonly renumbering: (chunk: number, type: number) => Renumbering;
}

/** Writes relations one after the other: canonical order first, the others made from it. */
export class RelationWriter {
  /** Over all relations: facts written, and the sum of their fingerprints modulo 2^32. */
  factCount = 0;
  fingerprint = 0;
  /** The same of the facts taken from the chunks, duplicates too. */
  takenCount = 0;
  #takenFingerprint = 0;
  readonly #sections: SectionWriter;
  readonly #rows: SpillFile;
  readonly #renumbered: SpillFile;
  readonly #sorted: SpillFile;
  readonly #canonical: OrderCollector;
  readonly #other: OrderCollector;
  readonly #memoryBytes: number;
  /** Where one sorter after another works. */
  #memory = new Uint32Array(0);

  constructor(
    sections: SectionWriter,
    files: TemporaryFiles,
    from: { readonly spills: Spills; readonly renumbered: SpillFile; readonly memoryBytes: number },
  ) {
    this.#sections = sections;
    this.#rows = from.spills.rows;
    this.#renumbered = from.renumbered;
    this.#memoryBytes = from.memoryBytes;
    this.#sorted = new SpillFile(files);
    this.#canonical = new OrderCollector(files, MAX_FACT_ARITY);
    this.#other = new OrderCollector(files, MAX_FACT_ARITY);
  }

  /** Yields now and then. */
  *write(input: RelationInput): Generator<void, RelationEntry> {
    const { predicate, types } = input.signature;
    const arity = types.length;
    const sorter = this.#sorter({ width: arity + 1, keyWidth: arity }, countRows(input.runs));
    for (const run of input.runs) yield* this.#readRun(run, input, sorter);
    yield* collect(sorter, this.#canonical, { arity, width: arity + 1 });
    const orders: OrderEntry[] = arity === 0 ? [] : [yield* this.#canonical.finish(0, this.#sections)];
    const { rowCount, fingerprint, takenFingerprint } = this.#canonical;
    this.factCount += rowCount;
    this.fingerprint = (this.fingerprint + fingerprint) | 0;
    this.takenCount += countRows(input.runs);
    this.#takenFingerprint = (this.#takenFingerprint + takenFingerprint) | 0;
    for (const lead of otherLeads(types)) orders.push(yield* this.#writeOther(lead, arity));
    return { predicate, types: input.types, rowCount, orders };
  }

  /** Gives its memory back, once all is written. */
  release(): void {
    collectGarbageSoon(this.#memory.byteLength);
    this.#memory = new Uint32Array(0);
  }

  /** Throws INDEX_INVALID unless the facts taken are those that came in. */
  checkTaken({ factCount, fingerprint }: Spills): void {
    if (this.takenCount !== factCount || this.#takenFingerprint !== fingerprint) {
      throw new OsoError('INDEX_INVALID', 'the facts were not the same after sorting as before');
    }
  }

  /** Sorts the rows, which are in canonical order, by one column; rows equal in it keep their order. */
  *#writeOther(lead: number, arity: number): Generator<void, OrderEntry> {
    const from = this.#canonical;
    const sorter = this.#sorter({ width: arity, keyWidth: 1 }, from.rowCount);
    const columns = [lead, ...Array.from({ length: arity }, (_, column) => column).filter((column) => column !== lead)];
    const values = new Uint32Array(Math.min(BLOCK_ROWS, from.rowCount));
    const rows = new Uint32Array(values.length * arity);
    for (let done = 0; done < from.rowCount; done += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, from.rowCount - done);
      for (const [place, column] of columns.entries()) {
        from.columns[column]?.read(values, done);
        spread(values, count, rows, { place, width: arity });
      }
      sorter.add(rows, count);
      yield;
    }
    yield* collect(sorter, this.#other, { arity, width: arity });
    return yield* this.#other.finish(lead, this.#sections);
  }

  *#readRun(run: RowRun, input: RelationInput, sorter: RowSorter): Generator<void> {
    const { typeNumbers } = input.signature;
    const arity = typeNumbers.length;
    const width = arity + 1;
    const maps = this.#readMaps(run.chunk, input);
    const rows = new Uint32Array(Math.min(BLOCK_ROWS, run.count) * width);
    for (let done = 0; done < run.count; done += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, run.count - done);
      this.#rows.read(bytesOf(rows.subarray(0, count * width)), run.at + done * width * 4);
      for (let column = 0; column < arity; column++) {
        const map = maps[column];
        if (map !== undefined) renumber(rows, count, map, { column, width });
      }
      sorter.add(rows, count);
      yield;
    }
  }

  /** By column; undefined where places in the chunk are dense ids already. Columns of one type share a map. */
  #readMaps(chunk: number, { signature, renumbering }: RelationInput): readonly (Uint32Array | undefined)[] {
    const byType = new Map<number, Uint32Array | undefined>();
    for (const type of signature.typeNumbers) {
      if (byType.has(type)) continue;
      const region = renumbering(chunk, type);
      const map = region && new Uint32Array(region.count);
      if (region && map) this.#renumbered.read(bytesOf(map), region.at);
      byType.set(type, map);
    }
    return signature.typeNumbers.map((type) => byType.get(type));
  }

  #sorter(shape: { readonly width: number; readonly keyWidth: number }, rowCount: number): RowSorter {
    const words = Math.min(sortingWords(shape, rowCount), Math.max(LEAST_WORDS, Math.floor(this.#memoryBytes / 4)));
    if (words > this.#memory.length) {
      collectGarbageSoon(this.#memory.byteLength);
      this.#memory = new Uint32Array(words);
    }
    return new RowSorter(this.#sorted, shape, this.#memory);
  }
}

/** Writes values to one word of each row. */
function spread(
  values: Uint32Array,
  count: number,
  rows: Uint32Array,
  { place, width }: { readonly place: number; readonly width: number },
): void {
  for (let row = 0, at = place; row < count; row++, at += width) rows[at] = values[row] as number;
}

/** Replaces one word of each row by what the map has in its place. */
function renumber(
  rows: Uint32Array,
  count: number,
  map: Uint32Array,
  { column, width }: { readonly column: number; readonly width: number },
): void {
  for (let row = 0, at = column; row < count; row++, at += width) rows[at] = map[rows[at] as number] as number;
}

function* collect(
  sorter: RowSorter,
  collector: OrderCollector,
  { arity, width }: { readonly arity: number; readonly width: number },
): Generator<void> {
  collector.begin(arity);
  sorter.sort();
  const rows = new Uint32Array(Math.min(BLOCK_ROWS, sorter.rowCount) * width);
  for (let count = sorter.read(rows); count > 0; count = sorter.read(rows)) {
    collector.add(rows, count, width);
    yield;
  }
}

/** The columns besides the first that an order leads with; see format.ts. */
function otherLeads(types: readonly string[]): readonly number[] {
  const isThing = types.map((type) => !VALUE_TYPES.has(type));
  const leads = isThing.includes(true) ? isThing : types.map(() => true);
  return leads.flatMap((does, column) => (does && column > 0 ? [column] : []));
}

function countRows(runs: readonly RowRun[]): number {
  return runs.reduce((sum, { count }) => sum + count, 0);
}
