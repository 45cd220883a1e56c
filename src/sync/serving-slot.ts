import type { DataSource, Pinned, Serving } from '../engine/serving.ts';

/** Data that can be answered from until they are closed. */
interface ClosableData {
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
  pinned: Pinned;
  pins: number;
}

/** Why there is nothing to answer from; `code` is for machines. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export interface SlotReasons {
  /** While there are no data. */
  readonly empty: () => Refusal;
  /** Asked with each request: whether the data may not be answered from although they are there. */
  readonly refused: () => Refusal | undefined;
}

export function createServingSlot({ empty, refused }: SlotReasons): ServingSlot {
  let held: Held | undefined;

  function refusal(): Refusal | undefined {
    return held === undefined ? empty() : refused();
  }

  function closeWhenFree(old: Held): void {
    if (old !== held && old.pins === 0) old.data.close();
  }

  function pinnedOf(owner: Held, serving: Serving): Pinned {
    return {
      serving,
      release() {
        if (owner.pins === 0) throw new Error('released more often than acquired');
        owner.pins -= 1;
        closeWhenFree(owner);
      },
    };
  }

  function hold(data: ClosableData): Held {
    const pinned: Pinned = { serving: data.serving, release: () => {} };
    const next = { data, pinned, pins: 0 };
    next.pinned = pinnedOf(next, data.serving);
    return next;
  }

  return {
    get current() {
      return held?.pinned.serving;
    },
    get notReadyReason() {
      return refusal()?.message ?? '';
    },
    get notReadyCode() {
      return refusal()?.code;
    },
    acquire() {
      if (held === undefined || refused() !== undefined) return undefined;
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
