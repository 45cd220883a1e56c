import { closeSync, fsync, openSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FactBatch } from '../fact.ts';
import type { FactProgress, FactSource, FactSummary, PackedFacts } from '../fact-sink.ts';
import { checkReadBack } from './build/check-read-back.ts';
import { FactChunk } from './build/fact-chunk.ts';
import { SignatureTable } from './build/signature-table.ts';
import { Spills } from './build/spills.ts';
import { removeQuietly, TemporaryFiles } from './build/temporary-files.ts';
import { writeIndex } from './build/write-index.ts';
import { collectGarbageSoon } from './collect-garbage.ts';

export interface BuildIndexOptions {
  /** Where to write the index file. It must not exist. It is fsynced before this returns; the caller renames. */
  readonly path: string;
  /** For runs of the external sort; emptied again on every way out. */
  readonly temporaryDirectory: string;
  /** Bytes of working memory, outside the JavaScript heap as far as possible. */
  readonly memoryBytes: number;
  readonly progress?: FactProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds the immutable index of a stream of facts in constant memory, reads it back, and compares what went in with
 * what comes out: counts, fingerprints of all facts, and the rows of every order. Removes everything it wrote when it
 * throws. Throws FACT_INVALID for a fact that is not well formed, NO_SPACE when the disk is full, INDEX_INVALID when
 * anything differs, or the signal's reason.
 */
export async function buildIndex(facts: FactSource, options: BuildIndexOptions): Promise<FactSummary> {
  options.signal?.throwIfAborted();
  const descriptor = openSync(options.path, 'wx+', 0o600);
  try {
    const summary = await buildInto(descriptor, facts, options);
    // Not in one turn: on a slow disk it may take minutes, and who is silent that long is taken to hang.
    await promisify(fsync)(descriptor);
    closeSync(descriptor);
    return summary;
  } catch (error) {
    closeSync(descriptor);
    removeQuietly(options.path);
    throw error;
  }
}

async function buildInto(descriptor: number, facts: FactSource, options: BuildIndexOptions): Promise<FactSummary> {
  using files = new TemporaryFiles(options.temporaryDirectory);
  const spills = new Spills(files);
  const signatures = await takeIn(facts, spills, options);
  const { memoryBytes, progress } = options;
  // Here and below: what the stage before has worked with is not needed any more.
  const workedBytes = Math.min(memoryBytes, spills.factCount * WORKED_BYTES_A_FACT);
  collectGarbageSoon(workedBytes);
  const written = await inTurns(
    writeIndex({ descriptor, files, spills, signatures, memoryBytes, progress }),
    options.signal,
  );
  collectGarbageSoon(workedBytes);
  const summary = await inTurns(checkReadBack({ descriptor, written, memoryBytes, progress }), options.signal);
  collectGarbageSoon(workedBytes);
  return summary;
}

/** Most memory that a fact makes use of: a page for the hash of each id, as long as these are few, and little else. */
const WORKED_BYTES_A_FACT = 6 * 4096;

/** Most facts taken in at a time; at least as many come between two turns of the event loop. */
const TURN_FACTS = 16_384;

async function takeIn(facts: FactSource, spills: Spills, options: BuildIndexOptions): Promise<SignatureTable> {
  const signatures = new SignatureTable();
  const chunk = new FactChunk(options.memoryBytes, spills, signatures);
  let turnAt = TURN_FACTS;
  for await (const batch of facts) {
    for (const _ of addBatch(batch, chunk)) {
      if (spills.factCount < turnAt) continue;
      turnAt = spills.factCount + TURN_FACTS;
      await takeTurn(options.signal);
    }
    options.progress?.('read', spills.factCount, undefined);
    options.signal?.throwIfAborted();
  }
  chunk.spill();
  options.progress?.('sort', 0, spills.factCount);
  return signatures;
}

/** Yields after some facts. Packed ones come in small parts. */
function* addBatch(batch: FactBatch | PackedFacts, chunk: FactChunk): Generator<void> {
  if ('pourInto' in batch) {
    batch.pourInto(chunk);
    yield;
    return;
  }
  for (let from = 0; from < batch.length; from += TURN_FACTS) {
    addFacts(batch.slice(from, from + TURN_FACTS), chunk);
    yield;
  }
}

function addFacts(batch: FactBatch, chunk: FactChunk): void {
  for (const fact of batch) chunk.add(fact);
}

/** Runs long work to its end, letting other work have a turn whenever it yields. */
async function inTurns<T>(work: Generator<void, T>, signal: AbortSignal | undefined): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await takeTurn(signal);
  }
}

async function takeTurn(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn();
  signal?.throwIfAborted();
}
