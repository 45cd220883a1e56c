import { createHash } from 'node:crypto';
import { fstatSync } from 'node:fs';
import { OsoError } from '../../../errors/oso-error.ts';
import type { FactProgress, FactSummary } from '../../fact-sink.ts';
import { CanonicalLines } from '../canonical-lines.ts';
import { type Directory, slotsStart } from '../directory.ts';
import { checkSections, printTrailer, readDirectory } from '../envelope.ts';
import { readFully } from '../index-bytes.ts';
import { IndexReader } from '../index-reader.ts';
import { PagedSource } from '../paged-source.ts';
import { ResidentSource } from '../resident-source.ts';
import { summarize } from '../summarize.ts';
import { checkOrders } from './check-orders.ts';
import { writeFully } from './write-fully.ts';
import type { WrittenSections } from './write-index.ts';

export interface ReadBackInput {
  readonly descriptor: number;
  readonly written: WrittenSections;
  readonly memoryBytes: number;
  readonly progress?: FactProgress | undefined;
}

/**
 * Reads all facts back out of the sections, compares them with what was written, records their digest in the trailer,
 * and checks the finished file as any reader would. Throws INDEX_INVALID when anything differs. Yields now and then.
 */
export function* checkReadBack(input: ReadBackInput): Generator<void, FactSummary> {
  const { descriptor, written } = input;
  const { digest, lineBytes } = yield* readBack(input);
  const directory = { types: written.types, relations: written.relations, digest, lineBytes };
  writeFully(descriptor, printTrailer(directory), written.sizeBytes);
  const file = { descriptor, sizeBytes: fstatSync(descriptor).size };
  const recorded = readDirectory(file);
  yield;
  yield* checkSections(file, recorded);
  return summarize(recorded);
}

function* readBack(input: ReadBackInput): Generator<void, { readonly digest: string; readonly lineBytes: number }> {
  const { written, progress } = input;
  const reader = openWritten(input);
  const lines = new CanonicalLines(reader, { reusesChunks: true });
  const hash = createHash('sha256');
  for (const chunk of lines) {
    hash.update(chunk);
    progress?.('check', lines.factCount, written.factCount);
    yield;
  }
  if (lines.fingerprint !== written.fingerprint) {
    throw new OsoError('INDEX_INVALID', 'the index reads back other than it was written: one of its facts differs');
  }
  yield* checkOrders(reader);
  return { digest: hash.digest('hex'), lineBytes: lines.lineBytes };
}

/** A reader of the sections, which have no trailer yet. Hash slots are not needed for reading from start to end. */
function openWritten({ descriptor, written, memoryBytes }: ReadBackInput): IndexReader {
  const directory: Directory = { types: written.types, relations: written.relations, digest: '', lineBytes: 0 };
  const file = { descriptor, sizeBytes: written.sizeBytes };
  const length = slotsStart(directory);
  if (length > memoryBytes) {
    return new IndexReader(new PagedSource(file, CACHE_BYTES), directory, { hasSlots: false, idCacheBytes: 0 });
  }
  const source = new ResidentSource(new SharedArrayBuffer(length), memoryBytes);
  readFully(file, source.bytes, 0);
  return new IndexReader(source, directory, { hasSlots: false, idCacheBytes: 0 });
}

/** Most is read from start to end, and ids that come again are kept decoded: four times as much was no faster. */
const CACHE_BYTES = 8 * 2 ** 20;
