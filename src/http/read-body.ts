import { OsoError } from '../errors/oso-error.ts';
import type { IncomingRequest } from './incoming-request.ts';

/** Bytes of one kind that the server holds at this moment: of request bodies, or of replies. */
export interface ByteBudget {
  readonly maxBytes: number;
  usedBytes: number;
}

export interface ReadBodyOptions {
  readonly maxBytes: number;
  readonly budget: ByteBudget;
  /** Called exactly once, unless the client goes away first. */
  readonly onBody: (body: Buffer) => void;
  /** REQUEST_TOO_LARGE or SERVER_OVERLOADED: the rest of the body has not been read. */
  readonly onRefused: (error: OsoError) => void;
}

/** Refuses by the headers alone what can be refused. Throws REQUEST_TOO_LARGE or REQUEST_ENCODING. */
export function checkBodyHeaders(request: IncomingRequest, maxBytes: number): void {
  const { 'content-encoding': encoding, 'content-length': length } = request.headers;
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new OsoError('REQUEST_ENCODING', 'the body has a Content-Encoding: send it as it is');
  }
  if (length !== undefined && Number(length) > maxBytes) throw tooLarge(maxBytes);
}

/** Collects the body. What it holds counts against the budget until it is handed over or given up. */
export function readBody(request: IncomingRequest, options: ReadBodyOptions): void {
  const { budget, maxBytes } = options;
  const pieces: Buffer[] = [];
  let heldBytes = 0;
  const giveBack = () => {
    budget.usedBytes -= heldBytes;
    heldBytes = 0;
  };
  const refuse = (error: OsoError) => {
    request.sink = undefined;
    giveBack();
    options.onRefused(error);
  };
  request.sink = {
    onPiece(piece) {
      heldBytes += piece.length;
      budget.usedBytes += piece.length;
      pieces.push(piece);
      if (heldBytes > maxBytes) refuse(tooLarge(maxBytes));
      else if (budget.usedBytes > budget.maxBytes) refuse(overloaded());
    },
    onEnd() {
      giveBack();
      const [first] = pieces;
      options.onBody(first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces));
    },
    onGone: giveBack,
  };
}

function tooLarge(maxBytes: number): OsoError {
  return new OsoError('REQUEST_TOO_LARGE', `the body is larger than ${maxBytes} bytes`);
}

function overloaded(): OsoError {
  return new OsoError('SERVER_OVERLOADED', 'too many large requests at once: try again');
}
