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
 * What is served never gets older, unless an operator forces it, and neither the loss of the control plane, nor of the
 * token, nor a bad download takes data away. `serving` is left for `starting` in one case: `lost`, the data are damaged
 * on disk, are not whole in memory, and nothing can take their place.
 */
export type SyncState =
  | { readonly kind: 'starting'; readonly failures: readonly SourceFailure[] }
  | { readonly kind: 'serving'; readonly origin: Origin; readonly data: DataStamp }
  | { readonly kind: 'failed'; readonly failures: readonly SourceFailure[] };

/** Which data a state speaks of, and what orders them. */
export interface DataStamp {
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
export interface SourceFailure {
  readonly source: SourceName;
  readonly error: OsoError;
}

export type SyncEvent =
  /** `forced`: whatever its age, because an operator said so or the data served are damaged. */
  | { readonly kind: 'opened'; readonly origin: Origin; readonly data: DataStamp; readonly forced?: boolean }
  | { readonly kind: 'lost'; readonly failure: SourceFailure }
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
      return mayServe(state, event.data, event.forced)
        ? { kind: 'serving', origin: event.origin, data: event.data }
        : state;
    case 'lost':
      return { kind: 'starting', failures: [event.failure] };
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
export function mayServe(state: SyncState, data: DataStamp, forced = false): boolean {
  if (state.kind !== 'serving') return true;
  if (forced) return data.id !== state.data.id;
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

/** For machines: why there is nothing to answer from. */
export function notReadyCode(state: Exclude<SyncState, { kind: 'serving' }>): 'no_snapshot' | 'snapshot_invalid' {
  const disk = state.failures.find(({ source }) => source === 'disk');
  const isDamaged = disk !== undefined && ['INDEX_INVALID', 'POLICY_INVALID'].includes(disk.error.code);
  return isDamaged ? 'snapshot_invalid' : 'no_snapshot';
}

function printFailure({ source, error }: SourceFailure): string {
  return `${source}: ${error.code}: ${error.message}`;
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
