import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Given by test/soak/vitest.config.ts, absent in `npm test`. */
    readonly soak: 'full' | undefined;
  }
  interface TaskMeta {
    /** What a bar measured, for the line that `npm run soak` prints. */
    measured?: string;
  }
}

/** Whether every case is run (`npm run soak`), or a share of each that fits `npm test`. */
export const isFull = inject('soak') === 'full';

/** A size for `npm test` and one for `npm run soak`. */
export function sized<T>(quick: T, full: T): T {
  return isFull ? full : quick;
}

/** `count` elements spread evenly, first and last included; all of them when there are no more. */
export function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, place) => {
    const element = all[Math.round((place * (all.length - 1)) / Math.max(1, count - 1))];
    if (element === undefined) throw new Error('out of range');
    return element;
  });
}
