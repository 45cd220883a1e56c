import { answeredContent, type Content } from './content.ts';
import type { NodeSettings } from './events.ts';
import type { LifeClock } from './life-clock.ts';
import { lookAtDisk, type OnDisk } from './look-at-disk.ts';
import type { NodeLife } from './node-life.ts';

/** What can be seen of a node and its directory between two events. */
export interface Sight {
  readonly trueMs: number;
  readonly wallMs: number;
  /** By how much the wall clock is ahead. */
  readonly offMs: number;
  /** Settings of the node that runs. */
  readonly running: NodeSettings | undefined;
  readonly served: Served | undefined;
  /** The `reason` of /readyz; undefined: ready. */
  readonly unready: string | undefined;
  /** The same of a question that is turned away. */
  readonly refused: string | undefined;
  /** While no node runs it is in `state.json`, which the next one will tell of. */
  readonly pinned: string | null;
  readonly alarms: readonly string[];
  readonly disk: readonly OnDisk[];
}

export interface Served {
  readonly id: string;
  /** As it answers; undefined where questions are turned away, or what they read was damaged meanwhile. */
  readonly content: Content | undefined;
  readonly takenAtMs: number;
  readonly ageMs: number;
  readonly origin: string;
}

export interface Sighted {
  readonly clock: LifeClock;
  readonly path: string;
  readonly running: { readonly life: NodeLife; readonly settings: NodeSettings } | undefined;
}

export function lookAt({ clock, path, running }: Sighted): Sight {
  const { trueMs, offMs } = clock;
  const common = { trueMs, wallMs: clock.nowMs(), offMs, disk: lookAtDisk(path) };
  if (running === undefined) {
    const none = { running: undefined, served: undefined, unready: undefined, refused: undefined };
    return { ...common, ...none, pinned: null, alarms: [] };
  }
  const { data } = running.life;
  const { served, pinned } = data;
  return {
    ...common,
    running: running.settings,
    served: servedOf(running.life),
    unready: served.unreadiness?.code,
    refused: served.slot.notReadyCode,
    pinned,
    alarms: data.alarms.map(({ kind }) => kind),
  };
}

function servedOf({ data: { served } }: NodeLife): Served | undefined {
  const { metadata, ageMs, state } = served;
  if (metadata === undefined || ageMs === undefined || state.kind !== 'serving') return undefined;
  const { id, takenAtMs } = metadata;
  return { id, takenAtMs, ageMs, origin: state.origin, content: asked(served) };
}

function asked({ slot, isInMemory }: NodeLife['data']['served']): Content | undefined {
  const pinned = slot.acquire('e_0123456789_12345_osotesttoken01xiIn');
  if (pinned === undefined) return undefined;
  try {
    return answeredContent(pinned.serving);
  } catch (error) {
    // Damage of what is read from disk is an error until it is put aside; never another answer.
    if (isInMemory || !String(error).includes('INDEX')) throw error;
    return undefined;
  } finally {
    pinned.release();
  }
}
