import { type Content, isSame } from './content.ts';
import type { Fail } from './print-step.ts';
import type { Served, Sight } from './sight.ts';
import type { Source, Truth } from './truth.ts';
import type { Step } from './world.ts';

interface Told {
  readonly ageMs: number;
  readonly trueMs: number;
  readonly wallMs: number;
  /** Number of the process. */
  readonly life: number;
}

/** A second is what the header that names an age can say. */
const EXACT_MS = 1_000;

/**
 * What ages a node may tell: in one process each generation is as old as it was last known to be, and the time since then;
 * nothing but a copy makes it younger. A restart has to believe the wall clock, and makes nothing younger than was written down.
 */
export class Ages {
  readonly #truth: Truth;
  readonly #told = new Map<string, Told>();
  #life = 0;
  /** What the process before wrote down when it ended. */
  #written: { readonly id: string; readonly content: Content | undefined; readonly told: Told } | undefined;
  /** Clocks have always been right, and nobody has lied. */
  #isCalm = true;
  /** A mirror has told an age, which counts although it may be older than what is known here. */
  #isSecondHand = false;

  constructor(truth: Truth) {
    this.#truth = truth;
  }

  check(step: Step, fail: Fail): void {
    const { event, before, after, attempts, source } = step;
    const copied = attempts.some(({ ok }) => ok) ? source : undefined;
    if (event.kind === 'start') this.#life += 1;
    // What the disk does not give at a start is put aside.
    if (event.kind === 'start' && step.diskFailed) this.#written = undefined;
    if (isDeceiving(step, copied)) this.#isCalm = false;
    if (copied && copied.ageMs > 0) this.#isSecondHand = true;
    if (after.served) this.#checkServed(step, { served: after.served, copied }, fail);
    if (copied?.answers === 'well') this.#seen(copied, after);
    if (event.kind === 'stop' && before.running && !step.diskFailed) this.#write(before);
    if (event.kind === 'damage state') this.#written = undefined;
  }

  #checkServed(
    step: Step,
    { served, copied }: { readonly served: Served; readonly copied: Source | undefined },
    fail: Fail,
  ) {
    const { after } = step;
    const content = after.disk.find(({ id }) => id === served.id)?.content ?? served.content;
    if (served.ageMs < 0) fail(`an age of ${served.ageMs} ms`);
    if (copied && isSame(copied.content, content)) this.#checkCopied(step, copied.ageMs, fail);
    else if (copied?.answers !== 'unchanged' && !mayHaveSeen(step)) this.#checkKnown(after, served, fail);
    this.#checkTruth(after, served, fail);
    this.#told.set(served.id, { ageMs: served.ageMs, ...timesOf(after), life: this.#life });
  }

  /** The source has this content: that is known of all generations with it, also beside what is pinned. */
  #seen({ content, ageMs }: { readonly content: Content; readonly ageMs: number }, after: Sight): void {
    const [newest, ...others] = after.disk.filter((entry) => !entry.isAside && isSame(entry.content, content));
    for (const { id } of others) if (id !== after.served?.id) this.#told.delete(id);
    if (this.#written && isSame(this.#written.content, content)) this.#written = undefined;
    if (newest === undefined || newest.id === after.served?.id) return;
    const last = this.#told.get(newest.id);
    const knownMs = last?.life === this.#life ? last.ageMs + after.trueMs - last.trueMs : ageMs;
    this.#told.set(newest.id, { ageMs: Math.min(ageMs, knownMs), ...timesOf(after), life: this.#life });
  }

  #write({ served, ...sight }: Sight): void {
    if (served === undefined) return;
    const told = { ageMs: served.ageMs, ...timesOf(sight), life: this.#life };
    this.#written = { id: served.id, content: served.content, told };
  }

  #checkCopied({ before, after, event }: Step, sourceAgeMs: number, fail: Fail): void {
    const { served } = after;
    if (served === undefined) return;
    const { ageMs } = served;
    if (ageMs > sourceAgeMs + EXACT_MS) fail(`copied data of age ${sourceAgeMs} are said to be ${ageMs} ms old`);
    const wasMs = before.served?.id === served.id ? before.served.ageMs + after.trueMs - before.trueMs : sourceAgeMs;
    const isKnown = event.kind !== 'start';
    if (isKnown && ageMs < Math.min(sourceAgeMs, wasMs) - EXACT_MS) {
      fail(`data that were ${wasMs} ms old are ${ageMs} ms old after a copy from where they are ${sourceAgeMs}`);
    }
  }

  #checkKnown(after: Sight, { id, ageMs }: Served, fail: Fail): void {
    const last = this.#told.get(id);
    if (last?.life === this.#life) {
      const expectedMs = last.ageMs + after.trueMs - last.trueMs;
      if (Math.abs(ageMs - expectedMs) > EXACT_MS) fail(`${id} is ${expectedMs} ms old, and said to be ${ageMs}`);
    } else if (this.#written?.id === id) {
      const { told } = this.#written;
      const leastMs = told.ageMs + Math.max(0, after.wallMs - told.wallMs);
      if (ageMs < leastMs - EXACT_MS) fail(`${id} was ${told.ageMs} ms old, and is ${ageMs} after a restart`);
    }
  }

  /** While clocks are right nobody is younger than the cloud's own copy was, nor older than the label says. */
  #checkTruth({ trueMs }: Sight, { content, ageMs, takenAtMs }: Served, fail: Fail): void {
    if (!this.#isCalm) return;
    const hadMs = content && this.#truth.lastHadMs((other) => isSame(other, content));
    if (hadMs !== undefined && ageMs < trueMs - hadMs - EXACT_MS) {
      fail(`an age of ${ageMs} ms, and the cloud has had other data for ${trueMs - hadMs}`);
    }
    if (!this.#isSecondHand && ageMs > trueMs - takenAtMs + EXACT_MS) {
      fail(`an age of ${ageMs} ms, and they were read ${trueMs - takenAtMs} ago`);
    }
  }
}

/** A copy may have failed only after the source had been seen. */
const mayHaveSeen = ({ diskFailed, attempts }: Step) => diskFailed && attempts.length > 0;

/** Whether from now on somebody may say a wrong time: a clock, a file, or a source that confirms what it does not have. */
function isDeceiving({ event, file }: Step, copied: Source | undefined): boolean {
  if (event.kind === 'jump' || copied?.answers === 'unchanged') return true;
  if (file === undefined) return false;
  const of = event.kind === 'import' ? event.file : event.kind === 'start' ? event.settings.importFile : null;
  return of !== null && (of.clockOffMs !== 0 || of.isSameTime);
}

const timesOf = ({ trueMs, wallMs }: Pick<Sight, 'trueMs' | 'wallMs'>) => ({ trueMs, wallMs });
