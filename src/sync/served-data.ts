import type { IndexFile } from '../facts/index/open-index.ts';
import type { AgeRecord } from '../generations/directory-state.ts';
import type { GenerationMetadata, Origin } from '../generations/generation.ts';
import type { OpenGeneration } from '../generations/open-generation.ts';
import { warmUp } from '../generations/warm-up.ts';
import type { Clock } from '../util/clock.ts';
import { ageOnArrival, createDataAge, type DataAge } from './data-age.ts';
import type { Elapsed } from './elapsed.ts';
import { type Followers, NO_FOLLOWERS, type Prepared } from './followers.ts';
import { createServingSlot, type Refusal, type ServingSlot } from './serving-slot.ts';
import { type Freshness, freshnessOf, refusalOfStale, type StalenessPolicy } from './staleness.ts';
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
  /** Other threads that answer from the same data; none by default. */
  readonly followers?: Followers | undefined;
  /** Other data are served than before, or none. */
  readonly onChange: () => void;
}

/** What is known of data when they arrive. */
export interface Arrival {
  readonly origin: Origin;
  /** By the wall clock of whoever saw it. */
  readonly confirmedAtMs: number;
  /** Of live data: how long ago they were known to be current. */
  readonly currentAgoMs?: number | undefined;
  /** Of other data, which are as old as the wall clock says, but not younger than an earlier process knew. */
  readonly knownAge?: AgeRecord | undefined;
  /** Whatever is served now: an operator said so, or it is damaged. */
  readonly forced?: boolean | undefined;
  /** Asked before the data are prepared and again before they are served; false: they are not. */
  readonly isWanted?: (() => boolean) | undefined;
}

type Confirmed = Pick<GenerationMetadata, 'id' | 'contentDigest'>;

interface Current {
  readonly metadata: GenerationMetadata;
  readonly memory: ServedMemory;
  readonly age: DataAge;
}

/** How the index of what is served is held. */
export type ServedMemory = Pick<IndexFile, 'mode' | 'memoryBytes' | 'residentBytes'>;

/** As many as there can be generations. */
const MOST_AGES = 100;

/** The data that are answered from, how old they are, and whether that is too old. */
export class ServedData {
  readonly slot: ServingSlot;
  readonly #options: ServedDataOptions;
  readonly #followers: Followers;
  /** By generation: what was served, or copied beside what is pinned, in this process. */
  readonly #ages = new Map<string, DataAge>();
  #state: SyncState = STARTING;
  #current: Current | undefined;

  constructor(options: ServedDataOptions) {
    this.#options = options;
    this.#followers = options.followers ?? NO_FOLLOWERS;
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
    return this.memory?.mode === 'resident';
  }

  get memory(): ServedMemory | undefined {
    return this.#current?.memory;
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

  /**
   * Serves a generation, in all threads at once, unless it is older than what is served or not wanted any more. Owns it
   * from here. Throws why a thread cannot serve it; then nothing has changed.
   */
  async adopt(opened: OpenGeneration, arrival: Arrival): Promise<boolean> {
    const age = this.#ageOf(opened.metadata.id, arrival);
    const prepared = await this.#prepare(opened, () => this.#isWanted(opened, arrival));
    if (prepared === undefined) return false;
    this.#serve(opened, arrival, { prepared, age });
    return true;
  }

  /** Answers from the same generation, held in another way. Owns it from here. Throws why a thread cannot serve it. */
  async exchange(opened: OpenGeneration): Promise<void> {
    const prepared = await this.#prepare(opened, () => this.metadata?.id === opened.metadata.id);
    if (prepared && this.#current) this.#answerFrom(opened, this.#current.age, prepared);
  }

  /** Undefined, and closed, when it is not wanted: what is served may change while other threads get ready. */
  async #prepare(opened: OpenGeneration, isWanted: () => boolean): Promise<Prepared | undefined> {
    let prepared: Prepared | undefined;
    try {
      if (isWanted()) {
        await warmUp(opened.serving.engine, this.slot.current?.engine, this.#options.clock);
        prepared = await this.#followers.prepare(opened);
      }
    } catch (error) {
      opened.close();
      throw error;
    }
    if (prepared !== undefined && isWanted()) return prepared;
    prepared?.discard();
    opened.close();
    return undefined;
  }

  #isWanted({ metadata }: OpenGeneration, { confirmedAtMs, forced, isWanted }: Arrival): boolean {
    const data = { id: metadata.id, takenAtMs: metadata.takenAtMs, confirmedAtMs };
    return mayServe(this.#state, data, forced) && (isWanted?.() ?? true);
  }

  /** An age that this process knows already stays right, whatever the wall clock says meanwhile. */
  #ageOf(id: string, { confirmedAtMs, currentAgoMs, knownAge }: Arrival): DataAge {
    const known = this.#ages.get(id);
    if (known !== undefined && currentAgoMs === undefined) return known;
    const ageMs = currentAgoMs ?? ageOnArrival(this.#options.clock.nowMs(), confirmedAtMs, knownAge);
    return this.#remember(id, ageMs, confirmedAtMs);
  }

  #remember(id: string, ageMs: number, confirmedAtMs: number): DataAge {
    const { clock, elapsed } = this.#options;
    const age = createDataAge({ clock, elapsed, ageMs, confirmedAtMs });
    this.#ages.set(id, age);
    const [first = id] = this.#ages.keys();
    if (this.#ages.size > MOST_AGES) this.#ages.delete(first);
    return age;
  }

  #serve(
    opened: OpenGeneration,
    { origin, confirmedAtMs, forced }: Arrival,
    { prepared, age }: { readonly prepared: Prepared; readonly age: DataAge },
  ): void {
    const { id, takenAtMs } = opened.metadata;
    const data = { id, takenAtMs, confirmedAtMs };
    this.apply({ kind: 'opened', origin, data, ...(forced ? { forced } : {}) });
    this.#answerFrom(opened, age, prepared);
    this.#options.onChange();
  }

  #answerFrom(opened: OpenGeneration, age: DataAge, prepared: Prepared): void {
    const { metadata, index } = opened;
    const { mode, memoryBytes, residentBytes } = index;
    this.#current = { metadata, memory: { mode, memoryBytes, residentBytes }, age };
    prepared.serve(age.ageMs());
    this.slot.replace({ serving: { ...opened.serving, ageMs: () => age.ageMs() }, close: () => opened.close() });
  }

  /**
   * The control plane was seen to have the content of this generation: at `atMs` by the wall clock, `agoMs` ago by
   * `elapsed`. While another generation is pinned, this one need not be served, or both may have the same content.
   */
  confirm({ id, contentDigest }: Confirmed, atMs: number, agoMs: number): void {
    if (this.metadata?.contentDigest === contentDigest) this.#confirmServed(atMs, agoMs);
    if (this.metadata?.id === id) return;
    const age = this.#ages.get(id) ?? this.#remember(id, agoMs, atMs);
    age.confirm(Math.min(agoMs, age.ageMs()));
  }

  #confirmServed(atMs: number, agoMs: number): void {
    const isLive = this.#state.kind === 'serving' && this.#state.origin === 'live';
    this.apply({ kind: 'confirmed', atMs });
    if (this.#current === undefined) return;
    const { age } = this.#current;
    // A node that has not looked for longer than this one tells it nothing new.
    age.confirm(isLive ? Math.min(agoMs, age.ageMs()) : agoMs);
    this.#followers.confirm(age.ageMs());
  }

  /** Nothing is answered from any more. */
  empty(): void {
    this.#current = undefined;
    this.#followers.empty(this.#emptiness());
    this.slot.replace(undefined);
  }

  #emptiness(): Refusal {
    if (this.#state.kind === 'serving') return { code: 'no_snapshot', message: 'the node is stopping' };
    return { code: notReadyCode(this.#state), message: notReadyReason(this.#state) };
  }

  #staleness(): Refusal | undefined {
    const { ageMs } = this;
    return ageMs === undefined ? undefined : refusalOfStale(ageMs, this.#options.staleness);
  }
}
