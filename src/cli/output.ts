import type { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isColourful, isDrawable, type Paint, paintFor } from './paint.ts';
import type { Terminal } from './terminal.ts';

/** Where a command writes. Results go to stdout, everything else to stderr; `--quiet` leaves only JSON and errors. */
export interface Output {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  /** For bytes of a snapshot, whose writer reports its own failures. Once asked for, results go to stderr instead. */
  binary(): Writable;
  readonly stderr: Terminal;
  /** How a line that changes may be drawn on stderr; `none` unless somebody may be watching. */
  readonly drawing: 'none' | 'plain' | 'coloured';
  /** A result: the text for people, or with `--json` the data as one line. */
  result(text: string, data: unknown): void;
  /** How to colour what goes there. */
  paint(stream: 'stdout' | 'stderr'): Promise<Paint>;
  /** Something worth knowing beside the result, for people. */
  note(text: string): void;
  /**
   * Once all text is written: why a part of it was not. A reader that went away (`… | head -1`) is no reason. Bytes of a
   * snapshot are not waited for: their writer has seen to them, or has given up on a reader that takes none.
   */
  settled(): Promise<unknown>;
}

export interface OutputOptions {
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a reader that went away does not want to read is dropped. */
export function createOutput({ stdout, stderr, isJson, isQuiet, env }: OutputOptions): Output {
  let failure: unknown;
  const onError = (error: Error) => {
    if (!isReaderGone(error)) failure ??= error;
  };
  for (const stream of [stdout, stderr]) stream.on('error', onError);
  let results = stdout;
  const texts = new Set([stdout, stderr]);
  const isWatched = !isQuiet && !env['CI'] && isDrawable(stderr, env) && stderr.columns !== 0;
  return {
    isJson,
    isQuiet,
    stderr,
    drawing: !isWatched ? 'none' : isColourful(stderr, env) ? 'coloured' : 'plain',
    binary() {
      results = stderr;
      texts.delete(stdout);
      stdout.off('error', onError).on('error', () => {});
      return stdout;
    },
    result(text, data) {
      if (isJson) results.write(`${JSON.stringify(data)}\n`);
      else if (!isQuiet) results.write(`${text}\n`);
    },
    paint: (stream) => paintFor(stream === 'stdout' ? stdout : stderr, env),
    note(text) {
      if (!isQuiet) stderr.write(`${text}\n`);
    },
    async settled() {
      const pending = [...texts].filter(({ writableLength }) => writableLength > 0);
      await Promise.all(pending.map((stream) => new Promise((done) => stream.write('', done))));
      // What has failed at once is told in the next turn.
      await nextTurn();
      return failure;
    },
  };
}

/** Whoever read has gone, as in `… | head -1`. */
export function isReaderGone(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  return error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
}
