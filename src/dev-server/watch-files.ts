import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { Source } from '../source/source.ts';
import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';
import { messageOf } from '../util/message-of.ts';

/** Editors write a file in several steps; looking this much later sees the last of them. */
const SETTLE_MS = 50;

export interface WatchOptions {
  readonly paths: readonly string[];
  /** The files as they were read last, in the order of `paths`. */
  readonly known: readonly Source[];
  readonly clock: Clock;
  readonly log: Log;
  /** All files, in this order. */
  read(paths: readonly string[]): Promise<readonly Source[]>;
  /** All files, in the order of `paths`, whenever the content of one has changed. */
  onChange(sources: readonly Source[]): void;
}

export interface FileWatch {
  close(): void;
}

/**
 * Watches the directories of the files rather than the files, because editors replace a file by renaming another one over
 * it. Events only say "look": what counts is the content. A file that is missing for a moment is looked at again when it
 * comes back. Looks once at the start: a file may have changed since it was read. Throws DIRECTORY_UNUSABLE where the system
 * watches nothing more.
 */
export function watchFiles(options: WatchOptions): FileWatch {
  const { paths, clock, log } = options;
  const closing = new AbortController();
  let { known } = options;
  let looking = false;
  let asked = false;

  async function look(): Promise<void> {
    await clock.sleep(SETTLE_MS, closing.signal);
    const sources = await options.read(paths).catch(unlessMissing);
    if (sources === undefined || sameTexts(sources, known)) return;
    known = sources;
    options.onChange(sources);
  }

  /** One look at a time; an event during a look asks for another. */
  async function lookWhileAsked(): Promise<void> {
    if (looking) return;
    looking = true;
    while (asked && !closing.signal.aborted) {
      asked = false;
      await look().catch((error: unknown) => {
        if (!closing.signal.aborted) log.error('a changed policy could not be used', { error: messageOf(error) });
      });
    }
    looking = false;
  }

  function onEvent(): void {
    asked = true;
    void lookWhileAsked();
  }

  const watchers = watchDirectories(paths, onEvent);
  onEvent();
  return {
    close() {
      closing.abort();
      for (const watcher of watchers) watcher.close();
    },
  };
}

function watchDirectories(paths: readonly string[], onEvent: () => void): readonly FSWatcher[] {
  return [...new Set(paths.map(dirname))].map((directory) => {
    const names = new Set(paths.filter((path) => dirname(path) === directory).map((path) => basename(path)));
    try {
      return watch(directory, (_event, name) => {
        if (name === null || names.has(name)) onEvent();
      });
    } catch (error) {
      throw new OsoError('DIRECTORY_UNUSABLE', `cannot watch \`${directory}\`: ${messageOf(error)}`, { cause: error });
    }
  });
}

function unlessMissing(error: unknown): undefined {
  if (errnoOf(error instanceof OsoError ? error.cause : error) !== 'ENOENT') throw error;
}

function sameTexts(a: readonly Source[], b: readonly Source[]): boolean {
  return a.every(({ text }, index) => text === b[index]?.text);
}
