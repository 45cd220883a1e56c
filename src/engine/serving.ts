import type { FactReader } from '../facts/fact-reader.ts';
import type { Program } from '../program/program.ts';
import type { Engine } from './engine.ts';

/** One set of data, ready to answer from: what a request pins from its first to its last byte. */
export interface Serving {
  /** Names the data in response headers: a generation id, or the dev-server's revision. */
  readonly snapshotId: string;
  readonly takenAtMs: number;
  /** Milliseconds since the data were last known to be current, when something better than `takenAtMs` says so. */
  readonly ageMs?: (() => number) | undefined;
  readonly policyText: string;
  readonly policyFilename: string | undefined;
  readonly program: Program;
  readonly engine: Engine;
  readonly facts: FactReader;
}

/**
 * What the server asks for data. `acquire` pins: the data stay open until `release`, also when newer data have
 * taken their place. Undefined: nothing to answer from, or nothing that may be; `notReadyReason` says why.
 */
export interface DataSource {
  /** The dev-server keeps one environment per key; a node ignores it. */
  acquire(apiKey: ApiKey): Pinned | undefined;
  readonly notReadyReason: string;
  /** The same for machines, such as `no_snapshot` or `stale`. */
  readonly notReadyCode?: string | undefined;
}

export interface Pinned {
  readonly serving: Serving;
  release(): void;
}

/** A bearer key as received; never logged, never echoed. */
export type ApiKey = string;
