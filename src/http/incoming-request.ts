import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type RequestHeaders, readRequestHeaders } from './request-headers.ts';

/** Takes the body of a request piece by piece, as the parser finds it. */
export interface BodySink {
  onPiece(piece: Buffer): void;
  /** The body is complete. Never called when the client goes away before. */
  onEnd(): void;
  /** The client has gone, before or after the end of the body. */
  onGone(): void;
}

/** Told that a client has gone, perhaps behind the reply. */
export interface Watcher {
  clientGone(): void;
}

/**
 * A request whose body goes straight from Node's parser to a sink. Read as a stream it would pass through a queue and
 * four turns of events, made for readers that are slower than the network, and that costs more than a decision.
 */
export class IncomingRequest extends IncomingMessage {
  declare readonly headers: RequestHeaders;
  /** Node's types leave these two open, for replies are of the same class; the parser sets them on every request. */
  declare readonly method: string;
  declare readonly url: string;
  /** Without one, what the client sends is thrown away. */
  sink: BodySink | undefined = undefined;
  /**
   * Not a function of its own: V8 puts those that are assigned to a property into the old generation at once, and all that
   * they reach, which is the whole exchange, stays until the whole heap is collected.
   */
  watcher: Watcher | undefined = undefined;
  /** Node's own mark: somebody takes the body, so do not read it as a stream at the end. Without it all is only slower. */
  declare protected _consuming: boolean;
  #headers: RequestHeaders | undefined = undefined;

  static {
    // Node asks for `readableEnded` to forget the request when it has been answered, and for `headers` on every request.
    // TypeScript lets no getter stand for these properties.
    Object.defineProperties(IncomingRequest.prototype, {
      readableEnded: {
        get(this: IncomingRequest) {
          return this.complete;
        },
      },
      headers: {
        get(this: IncomingRequest) {
          this.#headers ??= readRequestHeaders(this.rawHeaders);
          return this.#headers;
        },
      },
    });
  }

  constructor(socket: Socket) {
    super(socket);
    this._consuming = true;
  }

  /** The most that may still come of the body, as far as the head says; chunks go on for ever. */
  get unreadBytes(): number {
    if (this.complete) return 0;
    const { 'content-length': length = 0, 'transfer-encoding': coding } = this.headers;
    return coding === undefined ? Number(length) : Number.POSITIVE_INFINITY;
  }

  /** What the parser calls with each piece, and with null at the end. True: go on reading. */
  override push(piece: Buffer | null): boolean {
    if (piece === null) this.sink?.onEnd();
    else this.sink?.onPiece(piece);
    return true;
  }

  /** Node destroys every request that is not answered when its connection is closed. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.sink?.onGone();
    this.watcher?.clientGone();
    super._destroy(error, done);
  }
}
