import { Ages } from './ages.ts';
import { type Mark, raised } from './mark.ts';
import { Passing } from './passed.ts';
import { Pins } from './pins.ts';
import { failAt } from './print-step.ts';
import {
  checkAlarms,
  checkAttempts,
  checkCopied,
  checkDisk,
  checkImport,
  checkReadiness,
  checkRetention,
  checkSafety,
  checkServed,
} from './promises.ts';
import type { Truth } from './truth.ts';
import type { Step } from './world.ts';

/**
 * What the documents promise of the data of a node, from one look to the next. It knows what lies on disk, what was done, and
 * what the source has; of the program it knows nothing. A step in which the disk failed may end in several ways: then, and
 * until a copy has put it right, only what must never happen is checked.
 */
export class Model {
  readonly #ages: Ages;
  readonly #pins = new Pins();
  readonly #passing = new Passing();
  /** `unknown` after a fault that may have changed it. */
  #mark: Mark | null | 'unknown' = null;
  #isExcused = false;
  #hasAsked = false;

  constructor(truth: Truth) {
    this.#ages = new Ages(truth);
  }

  /** Throws when the step breaks a promise. */
  check(step: Step): void {
    const fail = failAt(step);
    const { diskFailed, after } = step;
    const known = { mark: this.#mark, pinned: after.pinned, passed: this.#passing.passed, hasAsked: this.#hasAsked };
    this.#pins.check(step, fail);
    if (diskFailed) this.#isExcused = true;
    else if (isCopied(step)) this.#isExcused = false;
    if (!diskFailed) {
      checkImport(step, known, fail);
      checkAttempts(step, known, fail);
      checkRetention(step, fail);
    }
    if (!this.#isExcused) {
      checkServed(step, known, fail);
      checkDisk(step, this.#pins.certain, fail);
      checkCopied(step, known, fail);
    }
    checkSafety(step, fail);
    checkReadiness(step, fail);
    checkAlarms(step, fail);
    this.#ages.check(step, fail);
    this.#remember(step);
  }

  #remember(step: Step): void {
    const { event, before, after, attempts } = step;
    if (event.kind === 'damage state' && before.running === undefined) {
      const tenants = new Set(after.disk.flatMap(({ tenant }) => tenant ?? []));
      this.#mark = tenants.size > 1 ? 'unknown' : null;
    }
    if (this.#pins.isStateDamaged || mayLower(step)) this.#mark = 'unknown';
    this.#followImport(step);
    this.#passing.follow(step, this.#pins.isStateDamaged);
    this.#hasAsked = attempts.length > 0 || (this.#hasAsked && event.kind !== 'start');
    this.#mark = raised(this.#mark, after.disk);
  }

  /** The directory belongs to whose data were imported last. */
  #followImport({ event, before, error, file, diskFailed }: Step): void {
    if (event.kind !== 'import' || before.running || file === undefined || file.isDamaged) return;
    if (diskFailed) this.#mark = 'unknown';
    else if (error === undefined && this.#mark && this.#mark !== 'unknown' && this.#mark.tenant !== file.tenant) {
      this.#mark = file;
    }
  }
}

/** A copy from the cloud itself, which puts everything right. */
function isCopied({ attempts, source }: Step): boolean {
  return attempts.at(-1)?.ok === true && source?.answers === 'well' && source.ageMs === 0;
}

/** With `--allow-older` the mark may go down; a disk that fails at a start may lose it. */
function mayLower({ event, before, after, attempts, diskFailed }: Step): boolean {
  const settings = after.running ?? before.running;
  if (settings?.allowOlder && (event.kind === 'start' || attempts.length > 0)) return true;
  return diskFailed && event.kind === 'start';
}
