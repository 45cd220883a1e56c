import type { DictionaryWriter } from './dictionary-writer.ts';
import { compareCurrent, IdRunReader } from './id-run-reader.ts';
import { MergeHeap } from './merge-heap.ts';
import { bytesOf, type SpillFile } from './spill-file.ts';
import type { IdRun } from './spills.ts';

/** Where the dense ids of a run are: one word for each of its ids. Undefined when they are the places in the run. */
export type Renumbering = { readonly at: number; readonly count: number } | undefined;

export interface MergeInput {
  /** All runs of one type. */
  readonly runs: readonly IdRun[];
  readonly ids: SpillFile;
  /** Takes the renumberings of the runs. */
  readonly renumbered: SpillFile;
  readonly memoryBytes: number;
}

/** Ids between two turns of the event loop. */
const TURN_IDS = 4096;

/** Merges the runs of one type into its dictionary. Yields now and then; returns a renumbering for each run. */
export function* mergeIds(input: MergeInput, writer: DictionaryWriter): Generator<void, readonly Renumbering[]> {
  const { runs, ids } = input;
  const bufferBytes = Math.min(64 * 1024, Math.floor(input.memoryBytes / (2 * runs.length)));
  const readers = runs.map((run) => new IdRunReader(ids, run, bufferBytes));
  if (readers.length === 1) {
    for (const reader of readers) yield* copyIds(reader, writer);
    return [undefined];
  }
  const outputs = runs.map((run) => new WordsAt(input.renumbered, run.count));
  for (const reader of readers) reader.next();
  const isBefore = (a: number, b: number) => compareCurrent(readers[a] as IdRunReader, readers[b] as IdRunReader) < 0;
  const heap = new MergeHeap(readers.length, isBefore);
  for (let run = heap.first; run !== -1; run = heap.first) {
    const reader = readers[run] as IdRunReader;
    if (!writer.isLast(reader.bytes, reader.start, reader.length)) {
      writer.add(reader.bytes, reader.start, reader.length);
      if (writer.idCount % TURN_IDS === 0) yield;
    }
    (outputs[run] as WordsAt).append(writer.idCount - 1);
    if (reader.next()) heap.advanced();
    else heap.ended();
  }
  return outputs.map((output) => output.finish());
}

function* copyIds(reader: IdRunReader, writer: DictionaryWriter): Generator<void> {
  while (copySome(reader, writer)) yield;
}

/** Copies ids until it is time for another turn; false at the end. */
function copySome(reader: IdRunReader, writer: DictionaryWriter): boolean {
  while (reader.next()) {
    writer.add(reader.bytes, reader.start, reader.length);
    if (writer.idCount % TURN_IDS === 0) return true;
  }
  return false;
}

/** Words that go to a region of a file kept free for them. */
class WordsAt {
  readonly #file: SpillFile;
  readonly #at: number;
  readonly #count: number;
  readonly #buffer = new Uint32Array(1024);
  #done = 0;
  #used = 0;

  constructor(file: SpillFile, count: number) {
    this.#file = file;
    this.#at = file.reserve(count * 4);
    this.#count = count;
  }

  append(word: number): void {
    if (this.#used === this.#buffer.length) this.#flush();
    this.#buffer[this.#used++] = word;
  }

  finish(): Renumbering {
    this.#flush();
    return { at: this.#at, count: this.#count };
  }

  #flush(): void {
    this.#file.write(bytesOf(this.#buffer.subarray(0, this.#used)), this.#at + this.#done * 4);
    this.#done += this.#used;
    this.#used = 0;
  }
}
