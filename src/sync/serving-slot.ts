import type { DataSource, Pinned, Serving } from '../engine/serving.ts';

/** Data that can be answered from until they are closed. */
export interface ClosableData {
  readonly serving: Serving;
  close(): void;
}

/**
 * The data that requests are answered from. A request pins what is current; `replace` is one assignment, so every
 * request sees all of the old data or all of the new, and old data close when the last request has let go.
 */
export interface ServingSlot extends DataSource {
  readonly current: Serving | undefined;
  /** Takes ownership of `next`, also when it is the slot's end: undefined leaves nothing to answer from. */
  replace(next: ClosableData | undefined): void;
}

/** Data and their pins. One object serves all requests of a generation, so that pinning allocates nothing. */
interface Held {
  readonly data: ClosableData;
  readonly pinned: Pinned;
  pins: number;
}

/** `reason` says why there is nothing to answer from, while there is nothing. */
export function createServingSlot(reason: () => string): ServingSlot {
  let held: Held | undefined;

  function closeWhenFree(old: Held): void {
    if (old !== held && old.pins === 0) old.data.close();
  }

  function hold(data: ClosableData): Held {
    const next: Held = {
      data,
      pins: 0,
      pinned: {
        serving: data.serving,
        release() {
          if (next.pins === 0) throw new Error('released more often than acquired');
          next.pins -= 1;
          closeWhenFree(next);
        },
      },
    };
    return next;
  }

  return {
    get current() {
      return held?.data.serving;
    },
    get notReadyReason() {
      return held === undefined ? reason() : '';
    },
    acquire() {
      if (held === undefined) return undefined;
      held.pins += 1;
      return held.pinned;
    },
    replace(next) {
      const old = held;
      held = next === undefined ? undefined : hold(next);
      if (old !== undefined) closeWhenFree(old);
    },
  };
}
