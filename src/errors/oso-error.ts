import { printFrame, printPlace } from '../source/frame.ts';
import type { Span } from '../source/source.ts';
import type { ErrorCode } from './codes.ts';

/** What may accompany a message. `hint` is what the reader can do; it starts small and has no full stop. */
export interface ErrorDetails {
  readonly hint?: string | undefined;
  readonly span?: Span | undefined;
  readonly cause?: unknown;
}

/**
 * Something that a user can meet and act on; bugs of ours are plain `Error`s.
 *
 * The message is one line, starts in lower case, has no final period, and quotes user text in
 * backticks. It never holds a secret. Doors translate it once: the command line into an exit code,
 * the HTTP server into a status.
 */
export class OsoError extends Error {
  override readonly name = 'OsoError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly span: Span | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.span = details.span;
  }

  /** Code and message, then place and underlined source, then the hint: what a terminal shows. */
  render(): string {
    return renderMessage(this);
  }
}

/** Layout shared by errors and warnings; see {@link OsoError.render}. */
export function renderMessage(item: {
  readonly code: string;
  readonly message: string;
  readonly span?: Span | undefined;
  readonly hint?: string | undefined;
}): string {
  const lines = [`${item.code}: ${item.message}`];
  if (item.span) lines.push(printPlace(item.span), printFrame(item.span));
  if (item.hint) lines.push(`hint: ${item.hint}`);
  return lines.join('\n');
}
