import { isSame, printContent, TENANT } from './content.ts';
import { HOUR, type NodeSettings } from './events.ts';
import { type Data, expectedAfter, type Known, servable } from './expected.ts';
import type { OnDisk } from './look-at-disk.ts';
import { judge, raised } from './mark.ts';
import { isOf, named } from './pins.ts';
import type { Fail } from './print-step.ts';
import type { Served, Sight } from './sight.ts';
import type { Source } from './truth.ts';
import type { Step } from './world.ts';

/** What is served is what must be. */
export function checkServed(step: Step, known: Known, fail: Fail): void {
  const { running, served } = step.after;
  const expected = running ? expectedAfter(step, known) : 'whatever';
  if (expected === 'whatever') return;
  if (expected === undefined) {
    if (served) fail(`${served.id} is served, and nothing should be`);
    return;
  }
  if (served === undefined) fail(`nothing is served instead of ${printData(expected)}`);
  else if (!fits(served, expected)) fail(`${served.id} is served instead of ${printData(expected)}`);
}

function fits({ id, content }: Served, expected: Data): boolean {
  if (expected.id !== undefined && expected.id !== id) return false;
  return content === undefined || expected.content === undefined || isSame(content, expected.content);
}

const printData = ({ id, content }: Data) => id ?? (content ? printContent(content) : 'data');

/** A file is taken, or refused for the reason that there is. */
export function checkImport({ event, before, after, error, file }: Step, { mark }: Known, fail: Fail): void {
  if (event.kind !== 'import' || file === undefined || before.running) return;
  const verdict = file.isDamaged ? 'SNAPSHOT_INVALID' : judge(mark, file, event.flags);
  const was = error?.code ?? 'taken';
  if (verdict !== 'unknown' && verdict !== was) fail(`an import is ${was} instead of ${verdict}`);
  if (was === 'taken' && after.disk.every((entry) => !isOf(entry, file))) fail('what was imported is not on disk');
}

/** Copies succeed when they can, and only then. */
export function checkAttempts(step: Step, known: Known, fail: Fail): void {
  const { attempts, source, before, after } = step;
  const settings = after.running ?? before.running;
  // A file of `--import` was there first.
  const mark = raised(known.mark, after.disk);
  if (source === undefined || settings === undefined) return;
  for (const attempt of attempts) {
    // What says that nothing has changed has no body that could be cut.
    const isUncut = source.answers === 'cut' && attempt.ok && attempt.result === 'unchanged';
    if (attempt.ok && !isUncut && !['well', 'unchanged'].includes(String(source.answers))) {
      fail(`a copy from where they answer ${source.answers}`);
    }
    if (attempt.ok) continue;
    const { code, message } = attempt.error;
    if (message.startsWith('the attempt broke')) fail(message);
    if (source.answers !== 'well' || mayRefuse(code, source, { settings, after, mark })) continue;
    fail(`a copy that nothing is in the way of failed: ${code}: ${message}`);
  }
}

interface Refusing {
  readonly settings: NodeSettings;
  readonly after: Sight;
  readonly mark: Known['mark'];
}

function mayRefuse(code: string, { content, ageMs }: Source, { settings, after, mark }: Refusing): boolean {
  if (code === 'GUARD_SHRINK') return settings.maxShrink !== null && content.users < 20;
  if (code !== 'GUARD_OLDER' || ageMs === 0) return false;
  const incoming = { tenant: TENANT, takenAtMs: after.wallMs - ageMs, content };
  return judge(mark, incoming, { allowOlder: settings.allowOlder }) !== 'taken';
}

/** What never happens, whatever failed. */
export function checkSafety(step: Step, fail: Fail): void {
  const { before, after, event, source } = step;
  const { served } = after;
  if (served === undefined) return;
  const own = after.disk.find(({ id }) => id === served.id);
  if (own?.content && served.content && !isSame(own.content, served.content)) fail('answers are of other data');
  if (own?.tenant !== undefined && own.tenant !== TENANT) fail(`data of ${own.tenant} are served`);
  const mayGoBack = source?.ageMs === 0 || before.running?.allowOlder === true || before.running?.isPaged === true;
  if (event.kind !== 'sync' || mayGoBack || before.served === undefined) return;
  if (served.takenAtMs < before.served.takenAtMs) fail(`older data took the place of ${before.served.id}`);
}

/** What is whole on disk is served, what is pinned above all. */
export function checkDisk({ after }: Step, pinned: string | null | undefined, fail: Fail): void {
  const { running, served, disk } = after;
  if (running === undefined) return;
  const whole = servable(disk, { pinned: null, passed: null });
  if (served === undefined && whole) fail(`nothing is served although ${whole.id} is whole`);
  const isPinAside = disk.some(({ id, isAside, isWhole }) => id === pinned && isAside && isWhole);
  const isPinThere = named(disk).some(({ id }) => id === pinned);
  if (isPinAside && !isPinThere) fail(`${pinned} is pinned and whole, and was put aside`);
  const isPinWhole = pinned != null && servable(named(disk), { pinned, passed: null })?.id === pinned;
  if (isPinWhole && served?.id !== pinned) fail(`${served?.id} is served, and ${pinned} is pinned and whole`);
}

/** What the source has lies whole on disk after a copy, also when it lay there before. A first copy does not look again. */
export function checkCopied({ after, attempts, source }: Step, { hasAsked }: Known, fail: Fail): void {
  const last = attempts.at(-1);
  if (source === undefined || source.answers === 'unchanged' || !last?.ok) return;
  if (last.result === 'unchanged' && !hasAsked) return;
  const isThere = (entry: OnDisk) => entry.isWhole && entry.tenant === TENANT && isSame(entry.content, source.content);
  if (!named(after.disk).some(isThere)) fail('what was copied is not whole on disk');
}

/** Ready when it answers, and not when the data are too old and somebody wanted that. */
export function checkReadiness({ after }: Step, fail: Fail): void {
  const { running, served, unready, refused } = after;
  if (running === undefined) return;
  if (served === undefined) {
    if (unready === undefined || refused === undefined) fail('it is ready without data');
    return;
  }
  const isStale = served.ageMs > running.maxAgeMs;
  const reasonWhen = (holds: boolean) => (isStale && holds ? 'stale' : undefined);
  if (unready !== reasonWhen(running.onStale !== 'serve')) fail(`its readiness is ${unready}`);
  if (refused !== reasonWhen(running.onStale === 'refuse')) fail(`questions are turned away: ${refused}`);
}

/** The alarms of age are there as long as their reason, once there was time to look. */
export function checkAlarms({ after, event, attempts }: Step, fail: Fail): void {
  const { running, served, alarms } = after;
  if (event.kind !== 'pass' || event.suspended || event.ms < 20_000 || attempts.length > 0) return;
  if (running === undefined || served === undefined) return;
  const isStale = served.ageMs > running.maxAgeMs;
  const due = isStale ? 'stale' : served.ageMs > HOUR ? 'aging' : undefined;
  for (const kind of ['stale', 'aging']) {
    if (alarms.includes(kind) !== (kind === due)) fail(`the alarms are: ${alarms.join(', ')}`);
  }
}

/** No more is kept than was asked for and is in use. */
export function checkRetention({ attempts, after, source }: Step, fail: Fail): void {
  const { running, disk, served, pinned } = after;
  const last = attempts.at(-1);
  if (running === undefined || !last?.ok || last.result !== 'downloaded') return;
  const isInUse = ({ id, content }: OnDisk) => id === served?.id || id === pinned || isSame(content, source?.content);
  const aside = disk.filter(({ isAside }) => isAside);
  const surplus = [...named(disk).slice(running.keep), ...aside.slice(1)].find((entry) => !isInUse(entry));
  if (surplus) fail(`${surplus.id} is kept`);
}
