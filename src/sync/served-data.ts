import type { AgeRecord } from '../generations/directory-state.ts';
import type { GenerationMetadata, Origin } from '../generations/generation.ts';
import type { OpenGeneration } from '../generations/open-generation.ts';
import type { Clock } from '../util/clock.ts';
import { ageOnArrival, createDataAge, type DataAge } from './data-age.ts';
import type { Elapsed } from './elapsed.ts';
import { createServingSlot, type Refusal, type ServingSlot } from './serving-slot.ts';
import { describeStaleness, type Freshness, freshnessOf, type StalenessPolicy } from './staleness.ts';
import {
  mayServe,
  notReadyCode,
  notReadyReason,
  STARTING,
  type SyncEvent,
  type SyncState,
  transition,
} from './state.ts';

export interface ServedDataOptions {
  readonly clock: Clock;
  readonly elapsed: Elapsed;
  readonly staleness: StalenessPolicy;
  /** Other data are served than before, or none. */
  readonly onChange: () => void;
}

/** What is known of data when they arrive. */
export interface Arrival {
  readonly origin: Origin;
  /** By the wall clock of whoever saw it. */
  readonly confirmedAtMs: number;
  /** Of live data: how long ago they were asked for. Others are as old as the wall clock says, */
  readonly askedAgoMs?: number | undefined;
  /** but not younger than an earlier process knew. */
  readonly knownAge?: AgeRecord | undefined;
  /** Whatever is served now: an operator said so, or it is damaged. */
  readonly forced?: boolean | undefined;
}

/** The data that are answered from, how old they are, and whether that is too old. */
export class ServedData {
  readonly slot: ServingSlot;
  readonly #options: ServedDataOptions;
  #state: SyncState = STARTING;
  #current: { readonly metadata: GenerationMetadata; readonly isInMemory: boolean; readonly age: DataAge } | undefined;

  constructor(options: ServedDataOptions) {
    this.#options = options;
    this.slot = createServingSlot({
      empty: () => this.#emptiness(),
      refused: () => (options.staleness.onStale === 'refuse' ? this.#staleness() : undefined),
    });
  }

  get state(): SyncState {
    return this.#state;
  }

  /** Of the generation that is served. */
  get metadata(): GenerationMetadata | undefined {
    return this.#current?.metadata;
  }

  /** Whether what is served is whole in memory, so that damage on disk does not reach it. */
  get isInMemory(): boolean {
    return this.#current?.isInMemory ?? false;
  }

  /** Milliseconds since the control plane was last seen to have what is served; undefined when nothing is. */
  get ageMs(): number | undefined {
    return this.#current?.age.ageMs();
  }

  get skewMs(): number {
    return this.#current?.age.skewMs() ?? 0;
  }

  get freshness(): Freshness | undefined {
    const { ageMs } = this;
    return ageMs === undefined ? undefined : freshnessOf(ageMs, this.#options.staleness);
  }

  /** Why clients should go elsewhere; undefined: they need not. */
  get unreadiness(): Refusal | undefined {
    if (this.#current === undefined) return this.#emptiness();
    return this.#options.staleness.onStale === 'serve' ? undefined : this.#staleness();
  }

  apply(event: SyncEvent): void {
    this.#state = transition(this.#state, event);
  }

  /** Serves a generation unless it is older than what is served. Owns it from here. */
  adopt(opened: OpenGeneration, arrival: Arrival): boolean {
    const { clock, elapsed } = this.#options;
    const { metadata } = opened;
    const { origin, confirmedAtMs, askedAgoMs, knownAge, forced } = arrival;
    const data = { id: metadata.id, takenAtMs: metadata.takenAtMs, confirmedAtMs };
    if (!mayServe(this.#state, data, forced)) {
      opened.close();
      return false;
    }
    const ageMs = askedAgoMs ?? ageOnArrival(clock.nowMs(), confirmedAtMs, knownAge);
    const age = createDataAge({ clock, elapsed, ageMs, confirmedAtMs });
    this.apply({ kind: 'opened', origin, data, ...(forced ? { forced } : {}) });
    this.#current = { metadata, isInMemory: opened.index.mode === 'resident', age };
    this.slot.replace({ serving: { ...opened.serving, ageMs: () => age.ageMs() }, close: () => opened.close() });
    this.#options.onChange();
    return true;
  }

  /** The control plane had, at `atMs` and `agoMs` ago, exactly what is served. */
  confirm(atMs: number, agoMs: number): void {
    this.apply({ kind: 'confirmed', atMs });
    this.#current?.age.confirm(agoMs);
  }

  /** Nothing is answered from any more. */
  empty(): void {
    this.#current = undefined;
    this.slot.replace(undefined);
  }

  #emptiness(): Refusal {
    if (this.#state.kind === 'serving') return { code: 'no_snapshot', message: 'the node is stopping' };
    return { code: notReadyCode(this.#state), message: notReadyReason(this.#state) };
  }

  #staleness(): Refusal | undefined {
    const { ageMs } = this;
    if (ageMs === undefined || freshnessOf(ageMs, this.#options.staleness) !== 'stale') return undefined;
    return { code: 'stale', message: describeStaleness(ageMs, this.#options.staleness) };
  }
}
