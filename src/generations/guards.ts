import { OsoError } from '../errors/oso-error.ts';
import { printTakenAt } from '../snapshot/print-manifest.ts';
import type { DirectoryState, HighWater } from './directory-state.ts';
import { isSameOwner } from './owner.ts';

/** Data at the door: a manifest or the metadata of a generation has all of it. */
export interface IncomingData {
  readonly environment: string;
  readonly tenant: string;
  readonly takenAtMs: number;
  readonly contentDigest: string;
  readonly factCount: number;
}

export interface GuardSettings {
  /** OSO_ENVIRONMENT and OSO_TENANT. Without them the data must belong to what the directory served before. */
  readonly environment?: string | undefined;
  readonly tenant?: string | undefined;
  readonly allowEnvironment?: boolean | undefined;
  readonly allowOlder?: boolean | undefined;
  /** Read just now from the control plane itself: nothing is newer, so a mark that lies later is that of a wrong clock. */
  readonly isFirstHand?: boolean | undefined;
  /** Largest part of the facts that may vanish at once, 0 to 1. Without it a great loss is only an alarm. */
  readonly maxShrink?: number | undefined;
  /** Facts of the generation that is served or would be; undefined when there is none. */
  readonly currentFactCount?: number | undefined;
}

export interface GuardVerdict {
  /** The first guard that refuses: GUARD_ENVIRONMENT, GUARD_OLDER or GUARD_SHRINK. */
  readonly refusal: OsoError | undefined;
  /** What is accepted and still strange. */
  readonly alarms: readonly GuardAlarm[];
}

export interface GuardAlarm {
  readonly kind: 'same_time' | 'shrink' | 'clock_skew';
  /** One line. */
  readonly message: string;
}

/** Without `maxShrink`, losing more than this part of the facts raises an alarm. */
const ALARM_SHRINK = 0.9;

/** Whether data may take the place of what the directory has. Pure. */
export function checkGuards(state: DirectoryState, incoming: IncomingData, settings: GuardSettings): GuardVerdict {
  const refusal =
    checkEnvironment(state, incoming, settings) ??
    checkAge(state, incoming, settings) ??
    checkShrink(incoming, settings);
  const alarms = [alarmSameTime(state, incoming), alarmShrink(incoming, settings)].filter(
    (alarm) => alarm !== undefined,
  );
  return { refusal, alarms };
}

function checkEnvironment(
  state: DirectoryState,
  incoming: IncomingData,
  settings: GuardSettings,
): OsoError | undefined {
  if (settings.allowEnvironment) return undefined;
  for (const field of ['environment', 'tenant'] as const) {
    const configured = settings[field];
    const expected = configured ?? state.highWater?.[field];
    if (expected === undefined || expected === incoming[field]) continue;
    const owner =
      configured === undefined ? `this data directory belongs to \`${expected}\`` : `\`${expected}\` is configured`;
    return new OsoError('GUARD_ENVIRONMENT', `the data belong to ${field} \`${incoming[field]}\`, but ${owner}`, {
      hint: 'to take them anyway, pass --allow-environment',
    });
  }
  return undefined;
}

/**
 * Compares in whole seconds, because a snapshot file keeps no more. Two contents of the same moment have no order, so the
 * second one is refused.
 */
function checkAge(state: DirectoryState, incoming: IncomingData, settings: GuardSettings): OsoError | undefined {
  if (settings.allowOlder || settings.isFirstHand) return undefined;
  const mark = comparableMark(state, incoming);
  if (mark === undefined || mark.contentDigest === incoming.contentDigest) return undefined;
  const [takenAt, newest] = [printTakenAt(incoming.takenAtMs), printTakenAt(mark.takenAtMs)];
  if (incoming.takenAtMs === mark.takenAtMs) {
    const message = `the data are from ${takenAt}, as are those that this directory already had, but with other content`;
    return new OsoError('GUARD_OLDER', message, { hint: 'to take them anyway, pass --allow-older' });
  }
  if (takenAt >= newest) return undefined;
  return new OsoError(
    'GUARD_OLDER',
    `the data are from ${takenAt}, but this directory already had data from ${newest}`,
    {
      hint: 'to go back in time anyway, pass --allow-older',
    },
  );
}

function checkShrink(incoming: IncomingData, { currentFactCount, maxShrink }: GuardSettings): OsoError | undefined {
  if (maxShrink === undefined || lost(incoming, currentFactCount) <= maxShrink) return undefined;
  const message = describeLoss(incoming, currentFactCount, maxShrink);
  return new OsoError('GUARD_SHRINK', message, { hint: 'to take them anyway, pass a larger --max-shrink' });
}

function alarmSameTime(state: DirectoryState, incoming: IncomingData): GuardAlarm | undefined {
  const mark = comparableMark(state, incoming);
  if (mark === undefined || mark.takenAtMs !== incoming.takenAtMs) return undefined;
  if (mark.contentDigest === incoming.contentDigest) return undefined;
  const message = `data of the same time ${printTakenAt(incoming.takenAtMs)} came with other content than before`;
  return { kind: 'same_time', message };
}

function alarmShrink(incoming: IncomingData, { currentFactCount, maxShrink }: GuardSettings): GuardAlarm | undefined {
  if (maxShrink !== undefined || lost(incoming, currentFactCount) <= ALARM_SHRINK) return undefined;
  return { kind: 'shrink', message: describeLoss(incoming, currentFactCount, ALARM_SHRINK) };
}

/** The mark of another environment says nothing about these data. */
function comparableMark({ highWater }: DirectoryState, incoming: IncomingData): HighWater | undefined {
  return highWater !== null && isSameOwner(highWater, incoming) ? highWater : undefined;
}

/** Part of the facts that would vanish, 0 to 1. */
function lost({ factCount }: IncomingData, currentFactCount: number | undefined): number {
  return currentFactCount === undefined || currentFactCount === 0 ? 0 : Math.max(0, 1 - factCount / currentFactCount);
}

/** `limit` is the part of the facts, 0 to 1, that may be lost. */
function describeLoss({ factCount }: IncomingData, currentFactCount: number | undefined, limit: number): string {
  const percent = Number((limit * 100).toFixed(2));
  return `the data have ${factCount} facts instead of ${currentFactCount}, a loss of more than ${percent} %`;
}
