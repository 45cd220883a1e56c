import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import type { Fact } from '../facts/fact.ts';
import { printFactLine } from '../facts/fact-line.ts';
import { type Lock, lockDirectory } from '../generations/lock.ts';
import { ioError } from '../snapshot/io-error.ts';
import { readRegularFile, refusePipe } from '../snapshot/read-regular-file.ts';
import { replaceFile } from '../snapshot/replace-file.ts';
import { writeAll } from '../snapshot/write-all.ts';
import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';
import type { Environment } from './environment.ts';
import { readFactFile } from './fact-file.ts';

/*
 * An environment at rest is two files, each replaced as a whole: `policy.polar`, and `facts.jsonl` with one canonical
 * line a fact, in no particular order. `lock` beside them keeps a second process away.
 */

/** Changes that follow each other this closely are written once. */
const SETTLE_MS = 100;

/** Characters written at once. */
const PIECE_LENGTH = 256 * 1024;

/** Keeps an environment in a directory. */
export interface Persistence {
  /** Something changed: it will be written soon. */
  touch(environment: Environment): void;
  /** Resolves when everything is written. Throws NO_SPACE or DIRECTORY_UNUSABLE when the latest changes could not be. */
  close(): Promise<void>;
}

/**
 * Makes a directory when it is missing, and keeps other processes out of it. Throws DIRECTORY_LOCKED, DIRECTORY_UNUSABLE
 * or NO_SPACE.
 */
export async function claimDirectory(path: string): Promise<Lock> {
  try {
    await makeDirectory(path);
  } catch (error) {
    throw ioError(error, 'create', path);
  }
  return lockDirectory(path, 'dev-server', '`--directory`');
}

/** The `recursive` of the library tries for ever where nothing can be made in a directory that is there, as in /proc. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path);
  }
}

/** What an earlier run left, an empty text and no facts at first. Throws DIRECTORY_UNUSABLE. */
export async function readDirectory(
  path: string,
): Promise<{ policyText: string; facts: AsyncIterable<readonly Fact[]> }> {
  try {
    const policy = await readRegularFile(join(path, 'policy.polar')).catch(emptyWhenMissing);
    return { policyText: policy.toString('utf8'), facts: readStoredFacts(join(path, 'facts.jsonl')) };
  } catch (error) {
    throw ioError(error, 'use', path);
  }
}

/**
 * Writes in the background, one save at a time: a change is on disk shortly after its reply, and for certain after
 * `close`. A failed save is logged; the next change tries again.
 */
export function createPersistence({ path, clock, log }: { path: string; clock: Clock; log: Log }): Persistence {
  const closing = new AbortController();
  let changed: Environment | undefined;
  let saving: Promise<void> | undefined;

  async function saveUntilClean(): Promise<void> {
    for (let environment = changed; environment !== undefined; environment = changed) {
      await clock.sleep(SETTLE_MS, closing.signal).catch(() => undefined);
      changed = undefined;
      await save(path, environment);
    }
  }

  function startSaving(): Promise<void> {
    return saveUntilClean().finally(() => {
      saving = undefined;
    });
  }

  return {
    touch(environment) {
      changed = environment;
      if (saving !== undefined) return;
      saving = startSaving();
      saving.catch((error: unknown) => {
        changed ??= environment;
        log.error('the latest changes are not on disk', { directory: path, error: String(error) });
      });
    },
    async close() {
      closing.abort();
      await saving;
      if (changed !== undefined) await startSaving();
    },
  };
}

async function save(path: string, environment: Environment): Promise<void> {
  const { policy, facts, release } = environment.hold();
  try {
    await replaceFile({
      path: join(path, 'policy.polar'),
      write: (handle) => writeAll(handle, Buffer.from(policy.text, 'utf8')),
    });
    await replaceFile({
      path: join(path, 'facts.jsonl'),
      write: async (handle) => {
        for (const piece of printPieces(facts.facts())) await writeAll(handle, Buffer.from(piece, 'utf8'));
      },
    });
  } finally {
    release();
  }
}

function* printPieces(facts: Iterable<Fact>): Generator<string> {
  let piece = '';
  for (const fact of facts) {
    piece += printFactLine(fact);
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

async function* readStoredFacts(path: string): AsyncGenerator<readonly Fact[]> {
  try {
    await refusePipe(path);
    yield* readFactFile(path, () => {});
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw ioError(error, 'read', path);
  }
}

function emptyWhenMissing(error: unknown): Buffer {
  if (errnoOf(error) === 'ENOENT') return Buffer.of();
  throw error;
}
