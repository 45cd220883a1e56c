import { watchAge } from './age-watch.ts';
import type { Alarm } from './alarm-book.ts';
import { type BringUp, bringUp } from './bring-up.ts';
import { pinTarget } from './pin-target.ts';
import { delayBeforeFirst } from './schedule.ts';
import type { ServedData } from './served-data.ts';
import { type ImportFile, Supply, type SupplyOptions } from './supply.ts';
import type { DirectorySurvey } from './survey-directory.ts';
import { type AttemptOutcome, createSyncLoop, type SyncLoop } from './sync-loop.ts';

export interface NodeDataOptions extends SupplyOptions {
  readonly random: () => number;
  readonly intervalMs: number;
  readonly wait: boolean;
  /** After every attempt to reach the control plane. */
  readonly onAttempt: (outcome: AttemptOutcome) => void;
}

/** `queued`: right after the one that is running. `offline`: there is nothing to ask. `stopping`: nothing is begun any more. */
export type SyncRequest = 'started' | 'queued' | 'offline' | 'stopping';

/** The data of one node: which are served, where they come from, and how they are renewed. */
export class NodeData {
  readonly served: ServedData;
  readonly loop: SyncLoop;
  readonly #options: NodeDataOptions;
  readonly #supply: Supply;
  readonly #background: Promise<unknown>[] = [];
  #building: Promise<unknown> = Promise.resolve();
  #isStopping = () => false;

  constructor(options: NodeDataOptions) {
    const { clock, log, intervalMs, random } = options;
    this.#options = options;
    this.#supply = new Supply(options);
    this.served = this.#supply.served;
    this.loop = createSyncLoop({
      clock,
      elapsed: this.#supply.elapsed,
      log,
      intervalMs,
      random,
      attempt: (signal, isFirst) => this.#oneAtATime(() => this.#supply.download(signal, isFirst)),
      onAttempt: (outcome) => {
        if (!outcome.ok) this.#supply.sourceFailed('control-plane', outcome.error);
        options.onAttempt(outcome);
      },
    });
  }

  /** What the directory held after the last change. */
  get survey(): DirectorySurvey {
    return this.#supply.disk.survey;
  }

  get alarms(): readonly Alarm[] {
    return this.#options.alarms.alarms;
  }

  /** Id of the generation that an operator wants served whatever is newer. */
  get pinned(): string | null {
    return this.#options.book.state.pinned;
  }

  /**
   * Resolves when something is served and the file of `--import` was looked at, or when nothing can be served. Rejects with
   * the signal's reason when that comes before anything is served.
   */
  async start(signal: AbortSignal): Promise<BringUp> {
    const { importFile, download, wait } = this.#options;
    this.#isStopping = () => signal.aborted;
    const sources = {
      openDisk: () => this.#serves(this.#supply.openDisk(signal)),
      importWhenNewer: importFile && (() => this.#importWhenNewer(importFile, signal)),
      importAnyway: importFile && (() => this.#serves(this.#oneAtATime(() => this.#supply.import(importFile, signal)))),
      startLive: download && (() => this.#serves(this.#startLive(signal))),
    };
    const outcome = await bringUp(sources, { wait });
    this.#watch(signal);
    if (this.served.state.kind === 'serving') return 'serving';
    signal.throwIfAborted();
    if (outcome === 'failed') this.served.apply({ kind: 'gave-up' });
    return outcome;
  }

  /** After an abort of the start's signal: resolves when nothing runs any more, and closes what was served. */
  async close(): Promise<void> {
    await Promise.all(this.#background);
    await this.#building;
    await this.#supply.recordAge();
    this.served.empty();
  }

  /** Asks the control plane now instead of later. */
  syncNow(): SyncRequest {
    if (this.#options.download === undefined) return 'offline';
    if (this.#isStopping()) return 'stopping';
    return this.loop.wake();
  }

  /**
   * Serves this generation from now on, also after a restart, until `unpin`; copying goes on. Without an id: the one
   * before what is served. Throws GENERATION_NOT_FOUND, or why it cannot be opened; then nothing has changed.
   */
  async pin(wanted: string | undefined): Promise<string> {
    const { log, alarms } = this.#options;
    const { metadata } = this.served;
    const id = pinTarget(this.survey, { current: metadata?.id, owner: metadata ?? null }, wanted);
    await this.#supply.pin(id);
    alarms.clear('pin');
    log.warn('pinned: this generation is served until it is unpinned', { generation: id });
    return id;
  }

  /** Serves the newest intact generation again. Returns what was pinned. Throws DIRECTORY_UNUSABLE or NO_SPACE. */
  async unpin(signal: AbortSignal): Promise<string | null> {
    const { book, log, alarms } = this.#options;
    const { pinned } = this;
    if (pinned === null) return null;
    await book.update((state) => ({ ...state, pinned: null }));
    alarms.clear('pin');
    log.warn('unpinned', { generation: pinned });
    // During a stop it is the next start that serves the newest.
    if (!signal.aborted) await this.#supply.openDisk(signal);
    return pinned;
  }

  /** A stop ends it, but not the start: what is served from the disk by then must be drained. */
  async #importWhenNewer(file: ImportFile, signal: AbortSignal): Promise<void> {
    await this.#oneAtATime(() => this.#supply.importWhenNewer(file, signal)).catch(() => {});
  }

  async #serves(work: Promise<unknown>): Promise<boolean> {
    await work;
    return this.served.state.kind === 'serving';
  }

  async #startLive(signal: AbortSignal): Promise<void> {
    const { intervalMs, random } = this.#options;
    const isAnswering = this.served.metadata !== undefined && this.served.unreadiness === undefined;
    this.#background.push(this.loop.run(signal, isAnswering ? delayBeforeFirst(intervalMs, random()) : 0));
    await this.loop.first;
  }

  #watch(signal: AbortSignal): void {
    const { clock, staleness, alarms, download } = this.#options;
    const record = () => this.#supply.recordAge();
    this.#background.push(watchAge({ served: this.served, staleness, alarms, clock, record }, signal));
    if (download === undefined) this.#background.push(this.#scrubNowAndThen(signal));
  }

  /** Without a control plane there are no attempts to do it with. Never rejects. */
  async #scrubNowAndThen(signal: AbortSignal): Promise<void> {
    const { clock, intervalMs } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(intervalMs, signal).catch(() => {});
      if (!signal.aborted) await this.#oneAtATime(() => this.#supply.scrub(signal)).catch(() => {});
    }
  }

  /** Building two generations at once would need twice the room, and the later one could be the older. */
  #oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#building.then(work);
    this.#building = result.catch(() => {});
    return result;
  }
}
