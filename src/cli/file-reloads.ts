import type { AlarmBook } from '../sync/alarm-book.ts';
import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';
import { messageOf } from '../util/message-of.ts';
import { type WatchedFiles, watchFiles } from './watched-file.ts';

/** Files of settings that are in use, and follow their changes without a restart. */
export interface FileReloads {
  /** `contents` are in use; what the files hold later is given to `use`. A change that it refuses raises the alarm `reload`. */
  add(files: Pick<WatchedFiles, 'paths' | 'contents' | 'use'>): void;
  /** Reads all of them now, and not only soon. */
  readNow(): void;
}

interface FileReloadsOptions {
  readonly alarms: AlarmBook;
  readonly log: Log;
  readonly clock: Clock;
  /** Ends the watching. */
  readonly signal: AbortSignal;
}

export function createFileReloads({ alarms, log, clock, signal }: FileReloadsOptions): FileReloads {
  const reads: (() => void)[] = [];
  const troubled = new Map<WatchedFiles['paths'], string>();

  function tellTrouble(): void {
    const messages = [...troubled.values()];
    if (messages.length === 0) alarms.clear('reload');
    else alarms.raise('reload', `a changed file was not taken: ${messages.join('; ')}`);
  }

  return {
    add({ paths, contents, use }) {
      const watched: WatchedFiles = {
        paths,
        contents,
        use(next) {
          use(next);
          log.warn('a changed file is in use', { files: paths });
        },
        onProblem(error) {
          troubled.set(paths, messageOf(error));
          tellTrouble();
        },
        onRepaired() {
          troubled.delete(paths);
          tellTrouble();
        },
      };
      reads.push(watchFiles(watched, clock, signal));
    },
    readNow() {
      for (const read of reads) read();
    },
  };
}
