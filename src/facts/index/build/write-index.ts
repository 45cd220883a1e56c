import { compareStrings } from '../../compare-strings.ts';
import type { FactProgress } from '../../fact-sink.ts';
import { compareSignatures } from '../../signature.ts';
import type { RelationEntry, TypeEntry } from '../directory.ts';
import { printHeader } from '../envelope.ts';
import { HEADER_BYTES } from '../format.ts';
import { ColumnFile } from './column-file.ts';
import { DictionaryWriter, type WrittenDictionary } from './dictionary-writer.ts';
import { mergeIds, type Renumbering } from './merge-ids.ts';
import { RelationWriter } from './relation-writer.ts';
import { SectionWriter } from './section-writer.ts';
import type { NumberedSignature, SignatureTable } from './signature-table.ts';
import { writeSlots } from './slots-writer.ts';
import { SpillFile } from './spill-file.ts';
import type { IdRun, RowRun, Spills } from './spills.ts';
import type { TemporaryFiles } from './temporary-files.ts';
import { writeFully } from './write-fully.ts';

export interface WriteIndexInput {
  /** The index file, empty. */
  readonly descriptor: number;
  readonly files: TemporaryFiles;
  readonly spills: Spills;
  readonly signatures: SignatureTable;
  readonly memoryBytes: number;
  readonly progress?: FactProgress | undefined;
}

/** What has been written: header and sections. */
export interface WrittenSections {
  readonly types: readonly TypeEntry[];
  readonly relations: readonly RelationEntry[];
  readonly sizeBytes: number;
  readonly factCount: number;
  readonly fingerprint: number;
}

/** Writes everything but the trailer, whose digest is not known yet. Yields now and then. */
export function* writeIndex(input: WriteIndexInput): Generator<void, WrittenSections> {
  const { descriptor, files, spills, signatures, memoryBytes, progress } = input;
  writeFully(descriptor, printHeader(), 0);
  const sections = new SectionWriter(descriptor, HEADER_BYTES);
  const typeNumbers = sortedNumbers(signatures.typeNames, compareStrings);
  const hashes = new ColumnFile(files);
  const dictionaries = new DictionaryStage(input, sections, hashes);
  const entries: WrittenDictionary[] = [];
  for (const number of typeNumbers) entries.push(yield* dictionaries.write(number));

  const writer = new RelationWriter(sections, files, { spills, renumbered: dictionaries.renumbered, memoryBytes });
  const places = inverse(typeNumbers);
  const runs = groupBy(spills.rowRuns, ({ signature }) => signature);
  const relations: RelationEntry[] = [];
  for (const number of sortedNumbers(signatures.signatures, compareSignatures)) {
    const signature = signatures.signatures[number] as NumberedSignature;
    const types = signature.typeNumbers.map((type) => places[type] as number);
    const renumbering = (chunk: number, type: number) => dictionaries.renumbering(chunk, type);
    relations.push(yield* writer.write({ signature, types, runs: runs.get(number) as readonly RowRun[], renumbering }));
    progress?.('write', writer.takenCount, spills.factCount);
  }
  writer.checkTaken(spills);
  writer.release();

  const types: TypeEntry[] = [];
  let from = 0;
  for (const { hashSum, ...entry } of entries) {
    const { idCount } = entry;
    types.push({ ...entry, slots: yield* writeSlots({ hashes, from, idCount, hashSum, memoryBytes }, sections) });
    from += idCount;
  }
  const { factCount, fingerprint } = writer;
  return { types, relations, sizeBytes: sections.sizeBytes, factCount, fingerprint };
}

/** Writes the dictionaries of types one after the other, and remembers how chunks' ids are renumbered. */
class DictionaryStage {
  readonly renumbered: SpillFile;
  readonly #input: WriteIndexInput;
  readonly #sections: SectionWriter;
  readonly #hashes: ColumnFile;
  readonly #blockOffsets: ColumnFile;
  readonly #runs;
  /** By type, then by chunk. */
  readonly #renumberings = new Map<number, ReadonlyMap<number, Renumbering>>();

  constructor(input: WriteIndexInput, sections: SectionWriter, hashes: ColumnFile) {
    this.renumbered = new SpillFile(input.files);
    this.#input = input;
    this.#sections = sections;
    this.#hashes = hashes;
    this.#blockOffsets = new ColumnFile(input.files);
    this.#runs = groupBy(input.spills.idRuns, ({ type }) => type);
  }

  *write(type: number): Generator<void, WrittenDictionary> {
    const { spills, signatures, memoryBytes } = this.#input;
    const runs = this.#runs.get(type) as readonly IdRun[];
    this.#blockOffsets.clear();
    const writer = new DictionaryWriter(this.#sections, this.#blockOffsets, this.#hashes);
    const merge = { runs, ids: spills.ids, renumbered: this.renumbered, memoryBytes };
    const renumberings = yield* mergeIds(merge, writer);
    this.#renumberings.set(type, new Map(runs.map(({ chunk }, index) => [chunk, renumberings[index]])));
    return yield* writer.finish(signatures.typeNames[type] as string);
  }

  renumbering(chunk: number, type: number): Renumbering {
    return this.#renumberings.get(type)?.get(chunk);
  }
}

function sortedNumbers<T>(items: readonly T[], compare: (a: T, b: T) => number): readonly number[] {
  return [...items.entries()].sort(([, a], [, b]) => compare(a, b)).map(([number]) => number);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): ReadonlyMap<number, readonly T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function inverse(numbers: readonly number[]): readonly number[] {
  const places: number[] = [];
  for (const [place, number] of numbers.entries()) places[number] = place;
  return places;
}
