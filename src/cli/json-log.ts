import { pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from '../config/options.ts';
import { withoutKeys } from '../config/secret.ts';
import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';
import { limitLog } from './limit-log.ts';
import { createLogSink } from './log-sink.ts';

export interface JsonLog extends Log {
  /** Writes what is pending, or gives it up; for the end of the process. */
  flush(): Promise<void>;
}

export interface JsonLogOptions {
  readonly level: LogLevel;
  /** Which node speaks: on every line, once it is known. */
  readonly clientId: () => string | undefined;
  /** Texts that must never appear. Anything that looks like an API key is removed as well. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
}

/** JSON lines on stderr. A reader that is gone or too slow never holds anything up, and what repeats too often is left out. */
export function createJsonLog({ level, clientId, secrets, clock }: JsonLogOptions): JsonLog {
  const sink = createLogSink(2, clock);
  const logger = pino(
    {
      level,
      base: null,
      mixin: () => ({ clientId: clientId() }),
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => redact(line, secrets) },
    },
    sink,
  );
  const log: Log = {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
  return { ...limitLog(log, clock), flush: () => sink.flush() };
}

/** Replaces secrets and everything that has the form of an API key. */
export function redact(line: string, secrets: readonly string[]): string {
  let safe = line;
  for (const secret of secrets) if (secret !== '') safe = safe.replaceAll(secret, '[secret]');
  return withoutKeys(safe);
}
