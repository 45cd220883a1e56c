import type { OsoError } from '../errors/oso-error.ts';
import type { Origin } from '../generations/generation.ts';
import { assertNever } from '../util/assert-never.ts';

/*
 *                ┌─ source-failed ─┐
 *                ▼                 │
 *   start ──► starting ────────────┘
 *                │  │
 *                │  ├─ opened(persisted) ──► serving(persisted) ─┐
 *                │  ├─ opened(imported) ───► serving(imported) ──┤ opened(live), when not older
 *                │  └─ opened(live) ───────► serving(live) ◄─────┘
 *                │
 *                └─ gave-up ──► failed ── opened(any) ──► serving
 *
 * `serving` is never left, and what it serves never gets older: neither the loss of the control plane, nor of the
 * token, nor a bad download takes data away.
 */
export type SyncState =
  | { readonly kind: 'starting'; readonly failures: readonly SourceFailure[] }
  | { readonly kind: 'serving'; readonly origin: Origin; readonly data: ServedData }
  | { readonly kind: 'failed'; readonly failures: readonly SourceFailure[] };

/** The data that a state speaks of. */
export interface ServedData {
  /** Id of the generation. */
  readonly id: string;
  /** When the data were read from the control plane, milliseconds since the Unix epoch. */
  readonly takenAtMs: number;
  /** Last time the control plane was seen to have this very content; `takenAtMs` or later. */
  readonly confirmedAtMs: number;
}

/** Where data can come from, in the order in which a start with an empty disk tries them. */
export type SourceName = 'disk' | 'control-plane' | 'import';

/** Why a source gave nothing. */
interface SourceFailure {
  readonly source: SourceName;
  readonly error: OsoError;
}

export type SyncEvent =
  | { readonly kind: 'opened'; readonly origin: Origin; readonly data: ServedData }
  /** The control plane has exactly the content that is served. */
  | { readonly kind: 'confirmed'; readonly atMs: number }
  | { readonly kind: 'source-failed'; readonly failure: SourceFailure }
  /** No source is left to try. */
  | { readonly kind: 'gave-up' };

export const STARTING: SyncState = Object.freeze({ kind: 'starting', failures: [] });

/** Pure: no clock, no I/O. Returns the same object when the event changes nothing. */
export function transition(state: SyncState, event: SyncEvent): SyncState {
  switch (event.kind) {
    case 'opened':
      return opened(state, event.origin, event.data);
    case 'confirmed':
      return confirmed(state, event.atMs);
    case 'source-failed':
      return sourceFailed(state, event.failure);
    case 'gave-up':
      return state.kind === 'starting' ? { kind: 'failed', failures: state.failures } : state;
    default:
      return assertNever(event);
  }
}

/** Whether data with this time may take the place of what a state serves. Equal age is enough: content may differ. */
export function mayServe(state: SyncState, data: ServedData): boolean {
  if (state.kind !== 'serving') return true;
  return data.takenAtMs >= state.data.takenAtMs && data.id !== state.data.id;
}

/** One sentence without period: why there is nothing to answer from. Empty while serving. */
export function notReadyReason(state: SyncState): string {
  switch (state.kind) {
    case 'serving':
      return '';
    case 'starting':
    case 'failed':
      return [
        state.kind === 'starting' ? 'no data yet' : 'no source gave data',
        ...state.failures.map(printFailure),
      ].join('; ');
    default:
      return assertNever(state);
  }
}

function printFailure({ source, error }: SourceFailure): string {
  return `${source}: ${error.code}: ${error.message}`;
}

function opened(state: SyncState, origin: Origin, data: ServedData): SyncState {
  return mayServe(state, data) ? { kind: 'serving', origin, data } : state;
}

function confirmed(state: SyncState, atMs: number): SyncState {
  if (state.kind !== 'serving') return state;
  if (state.origin === 'live' && atMs <= state.data.confirmedAtMs) return state;
  const confirmedAtMs = Math.max(atMs, state.data.confirmedAtMs);
  return { kind: 'serving', origin: 'live', data: { ...state.data, confirmedAtMs } };
}

/** The latest failure of each source, in the order in which they first failed. */
function sourceFailed(state: SyncState, failure: SourceFailure): SyncState {
  if (state.kind === 'serving') return state;
  const at = state.failures.findIndex(({ source }) => source === failure.source);
  const failures = at === -1 ? [...state.failures, failure] : state.failures.with(at, failure);
  return { ...state, failures };
}
