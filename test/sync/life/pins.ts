import { isSame } from './content.ts';
import type { OnDisk } from './look-at-disk.ts';
import type { Mark } from './mark.ts';
import type { Fail } from './print-step.ts';
import type { Step } from './world.ts';

/** What may be pinned. A pin lasts until it is taken back; only the loss of `state.json` between two nodes loses it. */
export class Pins {
  #possible: ReadonlySet<string | null> = new Set([null]);
  #isStateDamaged = false;
  /** What a failing disk did not give, or had put aside. It is served when somebody asks for it again, says an alarm. */
  #missed: string | null = null;

  /** What must be served when it is whole. Undefined: a fault came between. */
  get certain(): string | null | undefined {
    if (this.#missed !== null) return undefined;
    const [first = null, second] = this.#possible;
    return second === undefined ? first : undefined;
  }

  /** Damage that nobody has written over yet. */
  get isStateDamaged(): boolean {
    return this.#isStateDamaged;
  }

  check(step: Step, fail: Fail): void {
    const { event, after, error, diskFailed } = step;
    const asked = askedPin(step);
    if (asked !== undefined && diskFailed) this.#possible = new Set([...this.#possible, asked]);
    else if (asked !== undefined && error === undefined) this.#possible = new Set([asked]);
    this.#followState(step, asked);
    if (after.running === undefined) return;
    if (!this.#possible.has(after.pinned)) {
      fail(`${after.pinned} is pinned instead of ${[...this.#possible].join(' or ')}`);
    }
    if (event.kind === 'start') this.#possible = new Set([after.pinned]);
    this.#followMissed(step, asked);
    const isMissing = this.#missed !== null && after.served?.id !== this.#missed;
    const isPassedOver = after.pinned !== null && after.served !== undefined && after.served.id !== after.pinned;
    if ((isMissing || isPassedOver) && !after.alarms.includes('pin'))
      fail(`no alarm tells that ${after.pinned} is missed`);
  }

  #followMissed({ event, before, after, diskFailed, error }: Step, asked: string | null | undefined): void {
    const { served, pinned, disk } = after;
    const isStart = event.kind === 'start' && before.running === undefined;
    const isThere = disk.some(({ id, isAside }) => id === pinned && !isAside);
    if (diskFailed && (!isThere || (isStart && served?.id !== pinned))) this.#missed = pinned;
    else if (asked !== undefined && error === undefined) this.#missed = null;
    else if (isThere && (isStart || served?.id === pinned)) this.#missed = null;
    if (isStart && pinned !== this.#missed) this.#missed = null;
  }

  #followState({ event, before, error, diskFailed }: Step, asked: string | null | undefined): void {
    switch (event.kind) {
      case 'damage state':
        this.#isStateDamaged = true;
        return;
      case 'stop':
        // The node writes down the age, and all else that it knows.
        if (before.served !== undefined && !diskFailed) this.#isStateDamaged = false;
        return;
      case 'import':
        if (error !== undefined || before.running || !this.#isStateDamaged) return;
        this.#isStateDamaged = false;
        if (asked === undefined) this.#possible = new Set([null]);
        return;
      case 'start':
        if (before.running) return;
        if (this.#isStateDamaged || diskFailed) this.#possible = new Set([...this.#possible, null]);
        this.#isStateDamaged = false;
    }
  }
}

/** Generations under their own names, newest first. */
export const named = (disk: readonly OnDisk[]) => disk.filter(({ isAside }) => !isAside);

export const isOf = ({ takenAtMs, content, isAside, isWhole }: OnDisk, file: Mark) =>
  takenAtMs === file.takenAtMs && isSame(content, file.content) && !isAside && isWhole;

/** What a step would pin, or null to unpin; undefined: it has nothing to do with pins. */
function askedPin({ event, before, after, file }: Step): string | null | undefined {
  if (event.kind === 'unpin' && before.running) return null;
  if (event.kind === 'pin' && before.running) return named(before.disk)[event.nth]?.id;
  if (event.kind !== 'import' || before.running || !event.flags.pin || file === undefined) return undefined;
  return after.disk.find((entry) => isOf(entry, file))?.id;
}
