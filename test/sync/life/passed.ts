import { isSame } from './content.ts';
import type { OnDisk } from './look-at-disk.ts';
import { named } from './pins.ts';
import type { Step } from './world.ts';

/** What was pinned, and the earliest of what was copied after it although a wrong clock dates it before. */
export interface Passed {
  readonly generation: string;
  readonly by: string;
}

/** Greater for what came later: ids tell when data were read, but for what was passed. */
export const standing = (id: string, passed: Passed | null) => (id === passed?.generation ? passed.by : `${id} itself`);

/** What is known to have been passed, from step to step; it outlives the process, and the pin. */
export class Passing {
  #passed: Passed | null | 'unknown' = null;
  /** Id of what this process copied last, if anything. */
  #copied: string | 'unknown' | undefined;

  get passed(): Passed | null | 'unknown' {
    return this.#passed;
  }

  follow(step: Step, isStateDamaged: boolean): void {
    const { event, after, attempts, diskFailed, source } = step;
    this.#copied = copiedLast(step, this.#copied);
    const isLost = isStateDamaged || (diskFailed && (event.kind === 'start' || attempts.length > 0));
    if (isLost && (this.#passed !== null || attempts.length > 0)) this.#passed = 'unknown';
    const { pinned, disk } = after;
    if (pinned === null || !attempts.at(-1)?.ok) return;
    const isCurrent = disk.some(({ id, content }) => id === pinned && isSame(content, source?.content));
    if (this.#copied === 'unknown' || (this.#copied === undefined && isCurrent)) this.#passed = 'unknown';
    else if (this.#copied !== undefined) this.#copiedBeside(pinned, this.#copied);
  }

  #copiedBeside(pinned: string, copied: string): void {
    const last = this.#passed;
    if (copied >= pinned || (last !== 'unknown' && last?.generation === pinned && last.by <= copied)) return;
    this.#passed = { generation: pinned, by: copied };
  }
}

/** Two copies of the same data in one moment look alike, and after damage another one may have taken the place. */
function copiedLast({ event, before, after, attempts }: Step, known: string | undefined): string | undefined {
  if (event.kind === 'damage') return 'unknown';
  const earlier = event.kind === 'start' || event.kind === 'stop' ? undefined : known;
  const last = attempts.at(-1);
  if (last?.ok !== true || last.result !== 'downloaded') return earlier;
  const isNew = ({ id }: OnDisk) => before.disk.every((entry) => entry.id !== id);
  return named(after.disk).find(isNew)?.id ?? 'unknown';
}
