import type { Log, LogFields } from '../util/log.ts';

/**
 * What somebody should look at although the node goes on. `aging`, `stale`, `clock_skew`, `pin` and `reload` last until
 * they are over; the others are events, and stay visible with their time.
 */
export const ALARM_KINDS = [
  'aging',
  'stale',
  'clock_skew',
  'pin',
  'damage',
  'fallback',
  'import_refused',
  'same_time',
  'shrink',
  'reload',
] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

export interface Alarm {
  readonly kind: AlarmKind;
  readonly message: string;
  readonly atMs: number;
}

export interface AlarmBook {
  /** The latest of each kind, in the order in which the kinds were first raised. */
  readonly alarms: readonly Alarm[];
  /** Logs it as an error, counts it and keeps it. */
  raise(kind: AlarmKind, message: string, fields?: LogFields): void;
  /** It is over. Nothing happens when it was not raised. */
  clear(kind: AlarmKind): void;
}

export interface AlarmBookOptions {
  readonly log: Log;
  readonly nowMs: () => number;
  readonly onAlarm: (kind: AlarmKind) => void;
}

export function createAlarmBook({ log, nowMs, onAlarm }: AlarmBookOptions): AlarmBook {
  const raised = new Map<AlarmKind, Alarm>();
  return {
    get alarms() {
      return [...raised.values()];
    },
    raise(kind, message, fields = {}) {
      raised.set(kind, { kind, message, atMs: nowMs() });
      log.error(message, { alarm: kind, ...fields });
      onAlarm(kind);
    },
    clear(kind) {
      if (raised.delete(kind)) log.warn('an alarm is over', { alarm: kind });
    },
  };
}
