import { ioError } from '../snapshot/io-error.ts';
import { readRegularFile } from '../snapshot/read-regular-file.ts';
import type { Clock } from '../util/clock.ts';

/** Secrets are replaced by renaming files and by turning symbolic links, which notifications of the system miss. */
const LOOK_EVERY_MS = 5_000;

/** How long a change must have stood: who writes in place leaves a file empty or half there for a moment. */
const SETTLE_MS = 250;

export interface WatchedFiles {
  readonly paths: readonly string[];
  /** What they held when they were last used. */
  readonly contents: readonly Buffer[];
  /** Told of new contents. Throws when they cannot be used; then the old ones stay in use, and it is asked again. */
  readonly use: (contents: readonly Buffer[]) => void;
  /** Told of every trouble once. */
  readonly onProblem: (error: unknown) => void;
  /** Told after trouble that what the files hold is in use, be it new or as before. */
  readonly onRepaired: () => void;
}

/** Reads all files. Throws DIRECTORY_UNUSABLE for the first one that cannot be read. */
export function readAll(paths: readonly string[]): Promise<Buffer[]> {
  return Promise.all(paths.map(readOne));
}

function readOne(path: string): Promise<Buffer> {
  return readRegularFile(path).catch((error: unknown) => {
    throw ioError(error, 'read', path);
  });
}

/**
 * Compares the contents of files with what is in use, again and again until the signal is aborted, and at once after a
 * call of the function that it returns.
 */
export function watchFiles(files: WatchedFiles, clock: Clock, signal: AbortSignal): () => void {
  let inUse = files.contents;
  let problem = '';
  let wake = new AbortController();

  async function look(): Promise<void> {
    try {
      const contents = await settled();
      if (!isSame(contents, inUse)) files.use(contents);
      inUse = contents;
      if (problem !== '') files.onRepaired();
      problem = '';
    } catch (error) {
      if (signal.aborted) return;
      if (String(error) !== problem) files.onProblem(error);
      problem = String(error);
    }
  }

  /** What the files hold, once that is in use already or stands still. */
  async function settled(): Promise<readonly Buffer[]> {
    let before = await readAll(files.paths);
    while (!isSame(before, inUse)) {
      await clock.sleep(SETTLE_MS, signal);
      const now = await readAll(files.paths);
      if (isSame(now, before)) break;
      before = now;
    }
    return before;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, wake.signal).catch(() => {});
      if (signal.aborted) return;
      if (wake.signal.aborted) wake = new AbortController();
      await look();
    }
  }

  const wakeUp = () => wake.abort();
  // Once, and not `AbortSignal.any` for each look: a signal keeps a trace of every signal that was made from it.
  signal.addEventListener('abort', wakeUp, { once: true });
  void run();
  return wakeUp;
}

function isSame(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  return a.length === b.length && a.every((content, at) => b[at]?.equals(content));
}
