import { OsoError } from '../errors/oso-error.ts';
import type { DataDirectory } from '../generations/data-directory.ts';
import { confirmedAtMs, type DirectoryState, withConfirmed, writeState } from '../generations/directory-state.ts';
import type { GenerationMetadata, Origin } from '../generations/generation.ts';
import { generationPath } from '../generations/list-generations.ts';
import { loadState } from '../generations/load-state.ts';
import { type OpenGeneration, openGeneration } from '../generations/open-generation.ts';
import { openNewest } from '../generations/open-newest.ts';
import { pruneGenerations } from '../generations/prune-generations.ts';
import { takenAtMsOf } from '../snapshot/parse-manifest.ts';
import { openSnapshot } from '../snapshot/read-snapshot.ts';
import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';
import { type BringUp, bringUp } from './bring-up.ts';
import type { JobResult } from './build-process/job.ts';
import { createServingSlot, type ServingSlot } from './serving-slot.ts';
import {
  mayServe,
  notReadyReason,
  type SourceName,
  STARTING,
  type SyncEvent,
  type SyncState,
  transition,
} from './state.ts';
import { type DirectorySurvey, surveyDirectory } from './survey-directory.ts';
import { type AttemptOutcome, createSyncLoop, type SyncLoop, type SyncResult } from './sync-loop.ts';

export interface NodeDataOptions {
  /** Open for writing. It stays its owner's. */
  readonly directory: DataDirectory;
  /** Whose data may be served. Undefined: those of whoever the directory belongs to. */
  readonly environment: string | undefined;
  readonly tenant: string | undefined;
  /** Makes a generation of what the control plane has; `servedDigest` is the content that is served. Undefined: offline. */
  readonly download: ((request: DownloadRequest) => Promise<JobResult>) | undefined;
  /** Makes a generation of the file of `--import`. */
  readonly importFile: ImportFile | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly intervalMs: number;
  readonly liveTimeoutMs: number;
  readonly wait: boolean;
  readonly keep: number;
  readonly memoryBytes: number;
  /** After every attempt to reach the control plane. */
  readonly onAttempt: (outcome: AttemptOutcome) => void;
  /** Other data are served than before. */
  readonly onServing: () => void;
}

export interface ImportFile {
  readonly path: string;
  readonly build: (signal: AbortSignal) => Promise<JobResult>;
}

export interface DownloadRequest {
  readonly signal: AbortSignal;
  readonly stallLimitMs: number | undefined;
  readonly servedDigest: string | undefined;
  readonly servedFactCount: number | undefined;
}

/** The data of one node: which are served, where they come from, and how they are renewed. */
export class NodeData {
  readonly slot: ServingSlot;
  readonly loop: SyncLoop;
  readonly #options: NodeDataOptions;
  #state: SyncState = STARTING;
  #metadata: GenerationMetadata | undefined;
  #survey: DirectorySurvey = { generations: [], quarantined: [] };
  #copying: Promise<unknown> = Promise.resolve();
  #building: Promise<unknown> = Promise.resolve();

  constructor(options: NodeDataOptions) {
    this.#options = options;
    this.slot = createServingSlot(() => notReadyReason(this.#state));
    const { clock, log, intervalMs, random } = options;
    this.loop = createSyncLoop({
      clock,
      log,
      intervalMs,
      random,
      attempt: (signal, isFirst) => this.#oneAtATime(() => this.#attempt(signal, isFirst)),
      onAttempt: (outcome) => {
        if (!outcome.ok) this.#sourceFailed('control-plane', outcome.error);
        options.onAttempt(outcome);
      },
    });
  }

  get state(): SyncState {
    return this.#state;
  }

  /** Of the generation that is served. */
  get metadata(): GenerationMetadata | undefined {
    return this.#metadata;
  }

  /** What the directory held after the last change. */
  get survey(): DirectorySurvey {
    return this.#survey;
  }

  /** Resolves when something is served, or nothing can be. Rejects with the signal's reason when that comes first. */
  async start(signal: AbortSignal): Promise<BringUp> {
    const { importFile, download, wait } = this.#options;
    const sources = {
      openDisk: () => this.#openDisk(signal),
      importWhenNewer: importFile && (() => this.#importWhenNewer(importFile, signal)),
      importAnyway: importFile && (() => this.#import(importFile, signal)),
      startLive: download && (() => this.#startLive(signal)),
    };
    const outcome = await bringUp(sources, { wait });
    if (this.#state.kind === 'serving') return 'serving';
    signal.throwIfAborted();
    if (outcome === 'failed') this.#apply({ kind: 'gave-up' });
    return outcome;
  }

  /** After an abort of the start's signal: resolves when nothing runs any more, and closes what was served. */
  async close(): Promise<void> {
    await this.#copying;
    await this.#building;
    this.slot.replace(undefined);
  }

  #apply(event: SyncEvent): void {
    this.#state = transition(this.#state, event);
  }

  #sourceFailed(source: SourceName, error: OsoError): void {
    this.#apply({ kind: 'source-failed', failure: { source, error } });
    const { log } = this.#options;
    // An empty directory is how every node begins.
    const say = error.code === 'NOTHING_TO_START_FROM' ? log.info : log.error;
    say(`no data from ${source}`, { code: error.code, reason: error.message, hint: error.hint });
  }

  /** Building two generations at once would need twice the room, and the later one could be the older. */
  #oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#building.then(work);
    this.#building = result.catch(() => {});
    return result;
  }

  async #openDisk(signal: AbortSignal): Promise<boolean> {
    const { directory, log } = this.#options;
    try {
      const { state, problem } = await loadState(directory);
      if (problem !== undefined) log.error(problem);
      const { opened, failures } = await openNewest(directory, { ...this.#options, pinned: state.pinned, signal });
      for (const { id, error, quarantined } of failures) {
        const fields = { generation: id, code: error.code, reason: error.message, quarantined };
        log.error('a generation cannot be served', fields);
      }
      if (opened) this.#adopt(opened, 'persisted', state);
      else this.#sourceFailed('disk', failures[0]?.error ?? emptyDirectory());
    } catch (error) {
      signal.throwIfAborted();
      this.#sourceFailed('disk', asOsoError(error));
    }
    await this.#tidy();
    return this.#state.kind === 'serving';
  }

  async #startLive(signal: AbortSignal): Promise<boolean> {
    this.#copying = this.loop.run(signal);
    await this.loop.first;
    return this.#state.kind === 'serving';
  }

  async #import({ path, build }: ImportFile, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#oneAtATime(async () => this.#openPublished(await build(signal), 'imported', signal));
    } catch (error) {
      signal.throwIfAborted();
      this.#sourceFailed('import', asOsoError(error));
      this.#options.log.error('the file of --import was not taken', { file: path });
    }
    return this.#state.kind === 'serving';
  }

  async #importWhenNewer(file: ImportFile, signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    try {
      if (await this.#isNewer(file.path, signal)) await this.#import(file, signal);
      else log.info('the file of --import is not newer than the data on disk', { file: file.path });
    } catch (error) {
      if (signal.aborted) return;
      const { code, message } = asOsoError(error);
      log.error('the file of --import was not taken', { file: file.path, code, reason: message });
    }
  }

  async #isNewer(path: string, signal: AbortSignal): Promise<boolean> {
    await using snapshot = await openSnapshot(path, { signal });
    const served = this.#metadata;
    if (served === undefined) return true;
    const { manifest } = snapshot;
    const isSame = manifest.environment === served.environment && manifest.tenant === served.tenant;
    return isSame && takenAtMsOf(manifest) > served.takenAtMs;
  }

  async #attempt(signal: AbortSignal, isFirst: boolean): Promise<SyncResult> {
    const { download, liveTimeoutMs } = this.#options;
    if (download === undefined) throw new Error('an offline node has no control plane');
    const result = await download({
      signal,
      stallLimitMs: isFirst && this.#metadata === undefined ? liveTimeoutMs : undefined,
      servedDigest: this.#metadata?.contentDigest,
      servedFactCount: this.#metadata?.factCount,
    });
    if (result.kind === 'unchanged') {
      await this.#confirm(result);
      return 'unchanged';
    }
    await this.#openPublished(result, 'live', signal);
    return 'downloaded';
  }

  async #confirm({ contentDigest, takenAtMs }: JobResult): Promise<void> {
    const { directory } = this.#options;
    this.#apply({ kind: 'confirmed', atMs: takenAtMs });
    this.slot.confirm(takenAtMs);
    const { state } = await loadState(directory);
    await writeState(directory, withConfirmed(state, contentDigest, takenAtMs));
  }

  async #openPublished(result: JobResult, origin: Origin, signal: AbortSignal): Promise<void> {
    const { directory, log } = this.#options;
    for (const alarm of result.alarms) log.error(alarm, { generation: result.id });
    const folder = generationPath(directory, result.id);
    const opened = await openGeneration(folder, { ...this.#options, signal });
    this.#adopt(opened, origin, (await loadState(directory)).state);
    await this.#tidy();
  }

  /** Serves a generation unless it is older than what is served. Owns it from here. */
  #adopt(opened: OpenGeneration, origin: Origin, directoryState: DirectoryState): void {
    const { id, takenAtMs, factCount } = opened.metadata;
    const data = { id, takenAtMs, confirmedAtMs: confirmedAtMs(directoryState, opened.metadata) };
    if (!mayServe(this.#state, data)) {
      opened.close();
      return;
    }
    this.#apply({ kind: 'opened', origin, data });
    this.#metadata = opened.metadata;
    this.slot.replace(opened);
    this.#options.log.info('serving', { generation: id, origin, facts: factCount });
    this.#options.onServing();
  }

  /** Old generations go, and the survey is made anew. Neither may fail what has succeeded. */
  async #tidy(): Promise<void> {
    const { directory, keep, log } = this.#options;
    try {
      const { state } = await loadState(directory);
      const inUse = new Set([this.#metadata?.id, state.pinned].filter((id) => typeof id === 'string'));
      await pruneGenerations(directory, { keep, inUse });
      this.#survey = await surveyDirectory(directory);
    } catch (error) {
      log.error('the data directory could not be tidied up', { reason: asOsoError(error).message });
    }
  }
}

function emptyDirectory(): OsoError {
  return new OsoError('NOTHING_TO_START_FROM', 'the data directory holds no generation');
}

function asOsoError(error: unknown): OsoError {
  if (error instanceof OsoError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new OsoError('NOTHING_TO_START_FROM', message, { cause: error });
}
