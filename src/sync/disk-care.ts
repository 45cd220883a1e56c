import type { DataDirectory } from '../generations/data-directory.ts';
import { checkFreeSpace } from '../generations/free-space.ts';
import { generationPath, listGenerations } from '../generations/list-generations.ts';
import { pruneGenerations } from '../generations/prune-generations.ts';
import { quarantine } from '../generations/quarantine.ts';
import { removeFolder } from '../generations/remove-folder.ts';
import type { Log } from '../util/log.ts';
import { messageOf } from '../util/message-of.ts';
import { type DirectorySurvey, surveyDirectory } from './survey-directory.ts';

export interface DiskCareOptions {
  readonly directory: DataDirectory;
  readonly log: Log;
  /** Generations to keep. */
  readonly keep: number;
  /** Ids that must not go: served, pinned, or the newest known. */
  readonly inUse: () => ReadonlySet<string>;
}

/** What a node does for its data directory beside publishing. None of it may fail what has succeeded. */
export interface DiskCare {
  /**
   * Makes the directory anew when it was deleted or replaced; true when it did. Never throws: when the directory cannot be
   * written, it logs that once for each reason, because what lies there may still be read.
   */
  restore(): Promise<boolean>;
  /** What the directory held after the last change. */
  readonly survey: DirectorySurvey;
  /** Surveys the directory again. */
  look(): Promise<void>;
  /** Removes old generations, and surveys the directory again. */
  tidy(): Promise<void>;
  /** Keeps a copy that could not be served for the next start. Removes the one kept before: many may follow each other. */
  keepUnserved(id: string): Promise<void>;
  /** Removes older generations when the disk has no room for a next one of `bytes`; does nothing when that is not known. */
  makeRoom(bytes: number | undefined): Promise<void>;
  /** Quarantines a generation, so that no start prefers it. False when it is not there or could not be moved. */
  putAside(id: string): Promise<boolean>;
  /** Quarantines every generation newer than `id` that is not in use. Returns how many there were. */
  putAsideNewer(id: string): Promise<number>;
  /** Does some work during which this generation counts as in use. */
  whileKept(id: string, work: () => Promise<void>): Promise<void>;
  /** Whether such work goes on. */
  isKept(id: string): boolean;
}

export function createDiskCare({ directory, log, keep, ...options }: DiskCareOptions): DiskCare {
  let survey: DirectorySurvey = { generations: [], quarantined: [], directoryId: null };
  let unwritable = '';
  let unserved: string | undefined;
  const kept = new Set<string>();
  const inUse = () => new Set([...options.inUse(), ...kept]);

  const complain = (error: unknown) => {
    log.error('the data directory could not be tidied up', { reason: messageOf(error) });
  };

  async function prune(atMost: number): Promise<void> {
    // While nothing is served everything is kept: the fault may be ours, or the disk may be whole again.
    if (directory.writable && options.inUse().size > 0) {
      await pruneGenerations(directory, { keep: atMost, inUse: inUse() }).catch(complain);
    }
    // What could not be removed makes nothing less true of the rest.
    await look();
  }

  async function look(): Promise<void> {
    survey = await surveyDirectory(directory).catch((error: unknown) => {
      complain(error);
      return survey;
    });
  }

  async function putAside(id: string): Promise<boolean> {
    try {
      const entry = (await listGenerations(directory)).find((one) => one.id === id);
      if (entry) await quarantine(directory, entry);
      return entry !== undefined;
    } catch (error) {
      log.error('a generation could not be put aside', { generation: id, reason: messageOf(error) });
      return false;
    }
  }

  return {
    get survey() {
      return survey;
    },
    async restore() {
      try {
        const wasGone = await directory.restore();
        unwritable = '';
        return wasGone;
      } catch (error) {
        const reason = messageOf(error);
        if (reason !== unwritable) log.error('the data directory cannot be written', { reason });
        unwritable = reason;
        return false;
      }
    },
    look,
    tidy: () => prune(keep),
    async keepUnserved(id) {
      const before = unserved;
      unserved = id;
      const isLeft = before !== undefined && before !== id && !inUse().has(before);
      if (isLeft && directory.writable) {
        await removeFolder(directory, generationPath(directory, before)).catch(complain);
      }
      await prune(keep);
    },
    async makeRoom(bytes) {
      if (bytes === undefined) return;
      const hasRoom = await checkFreeSpace(directory.path, bytes).then(
        () => true,
        () => false,
      );
      if (!hasRoom) await prune(1);
    },
    putAside,
    async putAsideNewer(id) {
      const newer = (await listGenerations(directory)).filter((entry) => entry.id > id && !inUse().has(entry.id));
      for (const entry of newer) await putAside(entry.id);
      return newer.length;
    },
    async whileKept(id, work) {
      kept.add(id);
      await work().finally(() => kept.delete(id));
    },
    isKept: (id) => kept.has(id),
  };
}
