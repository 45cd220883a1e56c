import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';

/** Lines of one message in one span of time; more of them say nothing new, and would fill whatever keeps them. */
const MOST_LINES = 100;
const SPAN_MS = 60_000;

/** Leaves out what is told too often. How many lines that were is said with the first one of the next span: `leftOut`. */
export function limitLog(log: Log, clock: Pick<Clock, 'monotonicMs'>): Log {
  let endMs = Number.NEGATIVE_INFINITY;
  let counts = new Map<string, number>();
  let before = counts;
  const limited = (write: Log['info']): Log['info'] => {
    return (message, fields = {}) => {
      const nowMs = clock.monotonicMs();
      if (nowMs >= endMs) {
        before = counts;
        counts = new Map();
        endMs = nowMs + SPAN_MS;
      }
      const count = (counts.get(message) ?? 0) + 1;
      counts.set(message, count);
      if (count > MOST_LINES) return;
      const leftOut = count === 1 ? (before.get(message) ?? 0) - MOST_LINES : 0;
      write(message, leftOut > 0 ? { ...fields, leftOut } : fields);
    };
  };
  return { info: limited(log.info), warn: limited(log.warn), error: limited(log.error) };
}
