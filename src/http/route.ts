import type { Readable } from 'node:stream';
import type { ApiKey, Serving } from '../engine/serving.ts';

/** One method of one path: all that the server knows about it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** The whole path, compared exactly. It is also the label of the route in metrics. */
  readonly path: string;
  /**
   * `api` needs a key, is counted and can be turned away under load. `open` needs no key.
   * `operations` needs none either, and is not counted: a count means that clients are here.
   * `admin` needs the node's own token, and is not counted either.
   */
  readonly access: 'api' | 'open' | 'operations' | 'admin';
  /** `json`: read and parsed before `answer` runs. `bytes`: read. `none`: whatever the client sends is thrown away. */
  readonly body: 'json' | 'bytes' | 'none';
  /** Of the body, where the route has a limit of its own. */
  readonly maxBodyBytes?: number;
  /** `error_type` of bodies with status 400, on the one route that has it (api reference, 4.15). */
  readonly errorType?: string;
  /** An OsoError thrown, or rejected with, becomes the reply. */
  answer(call: Call): Answer | Promise<Answer>;
}

/** One request as a route sees it. */
export interface Call {
  /** Parsed, unchecked; undefined on routes whose body is not `json`. */
  readonly body: unknown;
  /** As they came, until `answer` returns; empty on routes whose body is not `bytes`. */
  readonly bytes: Buffer;
  /** What follows `?`, raw. */
  readonly query: string;
  /** Empty on routes that need no key. */
  readonly apiKey: ApiKey;
  readonly userAgent: string;
  /** Names the data in the headers of the reply, also when that turns out to be an error. */
  drawOn(data: Serving): void;
  /** Trouble of ours in the midst of a streamed reply, which breaks off: logs it. */
  broke(error: unknown): void;
}

export interface Answer {
  readonly status: number;
  /** JSON unless `contentType` says otherwise. A stream is sent as it comes; it is destroyed when the client leaves. */
  readonly body: string | Readable;
  readonly contentType?: string;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
}
