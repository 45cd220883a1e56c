import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Takes the body of a request piece by piece, as the parser finds it. */
export interface BodySink {
  onPiece(piece: Buffer): void;
  /** The body is complete. Never called when the client goes away before. */
  onEnd(): void;
}

/**
 * A request whose body goes straight from Node's parser to a sink. Read as a stream it would pass through a queue and
 * four turns of events, made for readers that are slower than the network, and that costs more than a decision.
 */
export class IncomingRequest extends IncomingMessage {
  /** Without one, what the client sends is thrown away. */
  sink: BodySink | undefined = undefined;
  /** Node's own mark: somebody takes the body, so do not read it as a stream at the end. Without it all is only slower. */
  declare protected _consuming: boolean;

  constructor(socket: Socket) {
    super(socket);
    this._consuming = true;
  }

  /** What the parser calls with each piece, and with null at the end. True: go on reading. */
  override push(piece: Buffer | null): boolean {
    if (piece === null) this.sink?.onEnd();
    else this.sink?.onPiece(piece);
    return true;
  }
}

// Node asks for it, to forget the request when it has been answered. TypeScript lets no getter stand for this property.
Object.defineProperty(IncomingRequest.prototype, 'readableEnded', {
  get(this: IncomingRequest) {
    return this.complete;
  },
});
