import { readFile } from 'node:fs/promises';
import type { Clock } from '../util/clock.ts';

/** Secrets are replaced by renaming files and by turning symbolic links, which notifications of the system miss. */
const LOOK_EVERY_MS = 5_000;

export interface WatchedFiles {
  readonly paths: readonly string[];
  /** What they held when they were last used. */
  readonly contents: readonly Buffer[];
  /** Told of new contents, once for each. Throws when they cannot be used; then the old ones stay in use. */
  readonly use: (contents: readonly Buffer[]) => void;
  /** Told of every trouble once. */
  readonly onProblem: (error: unknown) => void;
}

/** Reads all files; throws what the first one that cannot be read throws. */
export function readAll(paths: readonly string[]): Promise<Buffer[]> {
  return Promise.all(paths.map((path) => readFile(path)));
}

/**
 * Compares the contents of files with what is in use, again and again until the signal is aborted, and at once after a
 * call of the function that it returns.
 */
export function watchFiles(files: WatchedFiles, clock: Clock, signal: AbortSignal): () => void {
  let inUse = files.contents;
  let refused: readonly Buffer[] | undefined;
  let problem = '';
  let wake = new AbortController();

  async function look(): Promise<void> {
    try {
      const contents = await readAll(files.paths);
      if (isSame(contents, inUse) || (refused !== undefined && isSame(contents, refused))) return;
      refused = contents;
      files.use(contents);
      [inUse, refused, problem] = [contents, undefined, ''];
    } catch (error) {
      if (String(error) !== problem) files.onProblem(error);
      problem = String(error);
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, AbortSignal.any([signal, wake.signal])).catch(() => {});
      if (signal.aborted) return;
      if (wake.signal.aborted) wake = new AbortController();
      await look();
    }
  }

  void run();
  return () => wake.abort();
}

function isSame(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  return a.length === b.length && a.every((content, at) => b[at]?.equals(content));
}
