import { type Content, isSame, TENANT } from './content.ts';
import type { NodeSettings } from './events.ts';
import type { OnDisk } from './look-at-disk.ts';
import { judge, type Mark, type Verdict } from './mark.ts';
import { type Passed, standing } from './passed.ts';
import { named } from './pins.ts';
import type { Step, WrittenFile } from './world.ts';

/** Data that a node is expected to serve: this generation, or whatever has this content. */
export interface Data {
  readonly id: string | undefined;
  readonly content: Content | undefined;
  readonly takenAtMs: number;
}

/** Undefined: nothing is served. `whatever`: it cannot be told. */
type Expected = Data | undefined | 'whatever';

/** What is known beside a step. */
export interface Known {
  readonly mark: Mark | null | 'unknown';
  readonly pinned: string | null;
  readonly passed: Passed | null | 'unknown';
  /** Whether this process has asked for a copy before: with its first one it does not look at its disk again. */
  readonly hasAsked: boolean;
}

const isServable = ({ isWhole, tenant }: OnDisk) => isWhole && tenant === TENANT;

/** What a start serves: the pinned generation, the newest whole one, or one that was put aside and is whole. */
export function servable(disk: readonly OnDisk[], { pinned, passed }: Pick<Known, 'pinned' | 'passed'>) {
  const isPinned = ({ id }: OnDisk) => id === pinned;
  const aside = disk.filter(({ isAside }) => isAside);
  const at = (id: string) => standing(id, passed === 'unknown' ? null : passed);
  const newestFirst = named(disk).toSorted((a, b) => (at(a.id) < at(b.id) ? 1 : -1));
  return [...newestFirst.filter(isPinned), ...newestFirst, ...aside].find(isServable);
}

/** What is served after a step in which the disk did what it should. */
export function expectedAfter(step: Step, known: Known): Expected {
  const { event, before, attempts } = step;
  const isStart = event.kind === 'start' && before.running === undefined;
  const found = isStart ? atStart(step, event.settings, known) : withoutCopy(step, known);
  if (found === 'whatever') return found;
  if (attempts.some(({ ok }) => ok)) return withCopy(step, found);
  if (!isStart || found !== undefined || step.file === undefined) return found;
  // With nothing on disk and nothing from the source, the file counts.
  return withFile(step.file, undefined, { settings: event.settings, known });
}

function atStart({ before, file }: Step, settings: NodeSettings, known: Known): Expected {
  const onDisk = servable(before.disk, known);
  if (known.passed === 'unknown' && (known.pinned === null || onDisk?.id !== known.pinned)) return 'whatever';
  if (onDisk === undefined || file === undefined || known.pinned !== null) return onDisk;
  return file.takenAtMs > onDisk.takenAtMs ? withFile(file, onDisk, { settings, known }) : onDisk;
}

interface Taking {
  readonly settings: NodeSettings;
  readonly known: Known;
}

function withFile(file: WrittenFile, current: Data | undefined, taking: Taking): Expected {
  const verdict = file.isDamaged ? 'SNAPSHOT_INVALID' : judgeFile(file, current, taking);
  if (verdict === 'unknown') return 'whatever';
  return verdict === 'taken' ? { id: undefined, content: file.content, takenAtMs: file.takenAtMs } : current;
}

function judgeFile(file: Mark, current: Data | undefined, { settings, known }: Taking): Verdict | 'GUARD_SHRINK' {
  const lost = current?.content ? 1 - file.content.users / current.content.users : 0;
  if (settings.maxShrink !== null && lost > settings.maxShrink) return 'GUARD_SHRINK';
  return judge(known.mark, file, { allowOlder: settings.allowOlder });
}

/** What an event has made of what was served, before a copy. */
function withoutCopy({ event, before, error }: Step, known: Known): Expected {
  const { served, disk, pinned } = before;
  switch (event.kind) {
    case 'pin':
      return (error === undefined ? named(disk)[event.nth] : undefined) ?? served;
    case 'unpin':
      return pinned === null ? served : unpinned(before, known.passed);
    case 'sync':
      // Who asks nobody looks at its disk in its own time.
      if (!hasToGo(before) || before.running?.source === 'none') return served;
      return known.hasAsked ? servable(disk, { pinned, passed: known.passed }) : 'whatever';
    case 'pass':
      return hasToGo(before) ? 'whatever' : served;
    default:
      return served;
  }
}

/** The newest; what was copied beside the pin is newer than what was pinned, whatever the clocks date it. */
function unpinned({ served, disk }: Step['before'], passed: Known['passed']): Expected {
  if (passed === 'unknown') return 'whatever';
  const newest = servable(disk, { pinned: null, passed });
  if (newest === undefined || passed === null || served?.id !== passed.generation) return newer(served, newest);
  return newest.id >= passed.by && !newest.isAside ? newest : served;
}

function newer(served: Data | undefined, newest: Data | undefined): Data | undefined {
  return newest && (!served || newest.takenAtMs >= served.takenAtMs) ? newest : served;
}

/** Whether a scrub finds that what is read from disk is damaged. What is gone by its name only can still be read. */
function hasToGo({ running, served, disk }: Step['before']): boolean {
  const own = disk.find(({ id }) => id === served?.id);
  return running?.isPaged === true && own !== undefined && !own.isWhole;
}

/** After a copy that succeeded. */
function withCopy({ after, source }: Step, now: Data | undefined): Data | undefined {
  if (source === undefined || source.answers === 'unchanged') return now;
  if (after.pinned !== null && now?.id === after.pinned) return now;
  const copied = { id: undefined, content: source.content, takenAtMs: after.wallMs - source.ageMs };
  const isForced = source.ageMs === 0 || after.running?.allowOlder;
  if (now === undefined || isForced || isSame(now.content, source.content)) return copied;
  return newer(now, copied);
}
