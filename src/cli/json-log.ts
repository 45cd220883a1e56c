import { destination, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from '../config/options.ts';
import type { Log } from '../util/log.ts';

/** Log lines waiting for a reader that does not read; beyond it lines are dropped, requests never wait. */
const MAX_PENDING_BYTES = 1024 * 1024;

/** The form of every API key: `e_<environment>_<number>_<secret>`. */
const API_KEY = /\be_[A-Za-z0-9]+_[A-Za-z0-9]+_[A-Za-z0-9]+/g;

export interface JsonLog extends Log {
  /** Writes what is pending; call it before the process leaves. */
  flush(): void;
}

export interface JsonLogOptions {
  readonly level: LogLevel;
  /** On every line: which node speaks. */
  readonly clientId: () => string;
  /** Texts that must never appear. Anything that looks like an API key is removed as well. */
  readonly secrets: readonly string[];
}

/** JSON lines on stderr. A reader that is gone or too slow never holds anything up. */
export function createJsonLog({ level, clientId, secrets }: JsonLogOptions): JsonLog {
  const stream = destination({ fd: 2, sync: false, maxLength: MAX_PENDING_BYTES });
  stream.on('error', () => {});
  const logger = pino(
    {
      level,
      base: null,
      mixin: () => ({ clientId: clientId() }),
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => redact(line, secrets) },
    },
    stream,
  );
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
    flush() {
      try {
        stream.flushSync();
      } catch {
        // The reader is gone; there is nobody left to tell.
      }
    },
  };
}

/** Replaces secrets and everything that has the form of an API key. */
export function redact(line: string, secrets: readonly string[]): string {
  let safe = line;
  for (const secret of secrets) if (secret !== '') safe = safe.replaceAll(secret, '[secret]');
  return safe.replace(API_KEY, '[secret]');
}
