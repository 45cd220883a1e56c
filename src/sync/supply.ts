import { isFirstHand } from '../control-plane/read-environment.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { DataDirectory } from '../generations/data-directory.ts';
import {
  confirmedAtMs,
  type DirectoryState,
  knownAge,
  withConfirmed,
  withPublished,
} from '../generations/directory-state.ts';
import type { GenerationMetadata, Origin } from '../generations/generation.ts';
import { generationPath } from '../generations/list-generations.ts';
import { newestFirst } from '../generations/newest-first.ts';
import { type OpenGeneration, type OpenGenerationOptions, openGeneration } from '../generations/open-generation.ts';
import { joinFailures, openNewest } from '../generations/open-newest.ts';
import type { ScrubVerdict } from '../generations/scrub-generation.ts';
import type { StateBook } from '../generations/state-book.ts';
import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';
import { messageOf } from '../util/message-of.ts';
import type { AlarmBook } from './alarm-book.ts';
import type { BuildResult, KnownContent, ScrubResult } from './build-process/job.ts';
import { createDiskCare, type DiskCare } from './disk-care.ts';
import { createElapsed, type Elapsed } from './elapsed.ts';
import type { Followers } from './followers.ts';
import { IndexMemory, type IndexMemoryOptions } from './index-memory.ts';
import { isNewerThan } from './is-newer-than.ts';
import { NewestContent } from './newest-content.ts';
import { describeLostPin } from './pin-target.ts';
import { type Arrival, ServedData } from './served-data.ts';
import type { StalenessPolicy } from './staleness.ts';
import type { SourceName } from './state.ts';
import type { SyncResult } from './sync-loop.ts';

export interface SupplyOptions extends IndexMemoryOptions {
  /** Open for writing. It stays its owner's. */
  readonly directory: DataDirectory;
  readonly book: StateBook;
  readonly alarms: AlarmBook;
  /** Whose data may be served. Undefined: those of whoever the directory belongs to. */
  readonly environment: string | undefined;
  readonly tenant: string | undefined;
  /** Makes a generation of what the control plane has. Undefined: offline. */
  readonly download: ((request: DownloadRequest) => Promise<BuildResult>) | undefined;
  /** Reads generations again and compares them with their digests. */
  readonly scrub: (ids: readonly string[], signal: AbortSignal) => Promise<ScrubResult>;
  /** Makes a generation of the file of `--import`. */
  readonly importFile: ImportFile | undefined;
  readonly clock: Clock;
  /** Since the machine started, its sleep included. */
  readonly uptimeMs: () => number;
  readonly log: Log;
  readonly staleness: StalenessPolicy;
  readonly allowOlder: boolean;
  readonly liveTimeoutMs: number;
  readonly keep: number;
  /** All threads that answer but this one. */
  readonly followers?: Followers | undefined;
  /** Other data are served than before, or none. */
  readonly onServing: () => void;
}

export interface ImportFile {
  readonly path: string;
  readonly build: (signal: AbortSignal) => Promise<BuildResult>;
}

export interface DownloadRequest {
  readonly signal: AbortSignal;
  readonly stallLimitMs: number | undefined;
  readonly known: KnownContent | undefined;
  /** Facts of the newest data, for the guard against loss. */
  readonly knownFactCount: number | undefined;
}

/** Brings data: from the disk, the control plane and the file of `--import`; and sees that they stay whole. */
export class Supply {
  readonly served: ServedData;
  readonly disk: DiskCare;
  /** By which the age of the data is counted. */
  readonly elapsed: Elapsed;
  readonly #options: SupplyOptions;
  readonly #memory: IndexMemory;
  readonly #newest = new NewestContent();

  constructor(options: SupplyOptions) {
    const { clock, log, directory, keep } = options;
    this.#options = options;
    this.elapsed = createElapsed(clock, options.uptimeMs);
    this.served = new ServedData({ ...options, elapsed: this.elapsed, onChange: options.onServing });
    this.#memory = new IndexMemory(options, () => this.served.memory);
    this.disk = createDiskCare({ directory, log, keep, inUse: () => this.#inUse() });
  }

  /** Serves the pinned generation or the newest intact one, and tells which; `forced`: also when what is served is newer. */
  async openDisk(signal: AbortSignal, forced = false): Promise<string | undefined> {
    const { directory, book, alarms } = this.#options;
    const { pinned, passed } = book.state;
    let intact: string | undefined;
    try {
      const { opened, failures } = await openNewest(directory, { ...this.#opening(signal), pinned, passed });
      for (const { id, error, quarantined } of failures) {
        const fields = { generation: id, code: error.code, reason: error.message, quarantined };
        alarms.raise('fallback', `the generation ${id} cannot be served: ${error.message}`, fields);
      }
      if (opened) await this.#adoptFromDisk(opened, { pinned, passed, forced });
      else this.sourceFailed('disk', joinFailures(failures));
      intact = opened?.metadata.id;
    } catch (error) {
      signal.throwIfAborted();
      this.sourceFailed('disk', asOsoError(error));
    }
    await this.disk.tidy();
    this.#findNewest();
    this.#tellLostPin();
    return intact;
  }

  /** Takes the file of `--import`. Throws only the signal's reason. */
  async import({ path, build }: ImportFile, signal: AbortSignal): Promise<void> {
    try {
      await this.#openPublished(await build(signal), 'imported', { signal });
    } catch (error) {
      signal.throwIfAborted();
      const failure = asOsoError(error);
      this.sourceFailed('import', failure);
      const message = `the file of --import was not taken: ${failure.code}: ${failure.message}`;
      this.#options.alarms.raise('import_refused', message, { file: path, code: failure.code });
    }
  }

  /** The same, unless it is no newer than what is served. */
  async importWhenNewer(file: ImportFile, signal: AbortSignal): Promise<void> {
    const { log, book } = this.#options;
    if (book.state.pinned !== null) {
      log.info('the file of --import is not taken while a generation is pinned', { file: file.path });
      return;
    }
    // What cannot be read is refused, and reported, by the import itself.
    const isWanted = await isNewerThan(this.served.metadata, file.path, signal).catch(() => true);
    if (isWanted) await this.import(file, signal);
    else log.info('the file of --import is not newer than the data on disk', { file: file.path });
  }

  /** One attempt to have what the control plane has. Throws whatever it fails of. */
  async download(signal: AbortSignal, isFirst: boolean): Promise<SyncResult> {
    const { download, liveTimeoutMs } = this.#options;
    if (download === undefined) throw new Error('an offline node has no control plane');
    if (!isFirst || this.#isDoubtful()) await this.scrub(signal);
    await this.#takeIntoMemory(signal);
    const known = this.#known();
    await this.disk.makeRoom(known?.bytes ?? this.disk.survey.generations[0]?.bytes);
    const askedMs = this.elapsed();
    const result = await download({
      signal,
      stallLimitMs: isFirst && this.served.metadata === undefined ? liveTimeoutMs : undefined,
      known,
      knownFactCount: this.#newest.metadata?.factCount,
    });
    const currentMs = askedMs - result.sourceAgeMs;
    if (result.kind === 'unchanged') {
      await this.#confirm(result, currentMs);
      return 'unchanged';
    }
    await this.#openPublished(result, 'live', { signal, currentMs });
    return 'downloaded';
  }

  /** Reads again what is served and what is newest. Damage is put aside, and reported. Throws the signal's reason. */
  async scrub(signal: AbortSignal): Promise<void> {
    const { directory, book, alarms, log } = this.#options;
    try {
      if (await this.disk.restore()) {
        const message = `the data directory \`${directory.path}\` was deleted or replaced; it has been made anew`;
        alarms.raise('damage', message);
        await book.update((state) => ({ ...state }));
      }
      const ids = [this.served.metadata?.id, this.#newest.metadata?.id].filter((id) => typeof id === 'string');
      if (ids.length === 0) return;
      const { verdicts } = await this.#options.scrub([...new Set(ids)], signal);
      for (const verdict of verdicts) await this.#heed(verdict, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#newest.doubted();
      log.error('the data on disk could not be checked', { reason: asOsoError(error).message });
    }
  }

  /** Serves this generation from now on, whatever is newer. Throws why that cannot be; then nothing has changed. */
  async pin(id: string): Promise<void> {
    const { book, directory } = this.#options;
    await this.disk.whileKept(id, async () => {
      const opened = await openGeneration(generationPath(directory, id), this.#opening());
      const { pinned } = book.state;
      try {
        await book.update((state) => ({ ...state, pinned: id }));
      } catch (error) {
        opened.close();
        throw error;
      }
      // Unless another one was pinned, or this one unpinned, while threads got ready for it.
      const arrival = { ...this.#arrivalOf(opened.metadata), forced: true, isWanted: () => book.state.pinned === id };
      await this.served.adopt(opened, arrival).catch(async (error: unknown) => {
        await book.update((state) => (state.pinned === id ? { ...state, pinned } : state));
        throw error;
      });
    });
  }

  sourceFailed(source: SourceName, error: OsoError): void {
    this.served.apply({ kind: 'source-failed', failure: { source, error } });
    const { log } = this.#options;
    // An empty directory is how every node begins.
    const say = error.code === 'NOTHING_TO_START_FROM' ? log.info : log.error;
    say(`no data from ${source}`, { code: error.code, reason: error.message, hint: error.hint });
  }

  /** Writes down how old the data are, so that a restart does not make them younger. Never throws. */
  async recordAge(): Promise<void> {
    const { book, clock, log } = this.#options;
    const { metadata, ageMs } = this.served;
    if (metadata === undefined || ageMs === undefined) return;
    const { id, contentDigest } = metadata;
    const age = { contentDigest, generation: id, ageMs: Math.ceil(ageMs), atMs: Math.max(0, clock.nowMs()) };
    await book
      .update((state) => ({ ...state, age }))
      .catch((error: unknown) => log.warn('the age of the data could not be written down', { reason: String(error) }));
  }

  /** What is known of data that come from this directory. */
  #arrivalOf(metadata: GenerationMetadata): Arrival {
    const { state } = this.#options.book;
    const confirmed = confirmedAtMs(state, metadata);
    return { origin: 'persisted', confirmedAtMs: confirmed, knownAge: knownAge(state, metadata) };
  }

  #inUse(): ReadonlySet<string> {
    const ids = [this.served.metadata?.id, this.#newest.metadata?.id, this.#options.book.state.pinned];
    return new Set(ids.filter((id) => typeof id === 'string'));
  }

  /** The same again is not copied. What lies there and is not served, for whatever reason but a pin, is no such content. */
  #known(): KnownContent | undefined {
    const id = this.#newest.metadata?.id;
    if (id === undefined || (id !== this.served.metadata?.id && !this.#isHeldBack(id))) return undefined;
    return this.#newest.known(this.disk.survey.generations.find((generation) => generation.id === id)?.bytes);
  }

  /** Whether the start left something for a scrub to mend. */
  #isDoubtful(): boolean {
    return !this.#options.directory.writable || (this.#newest.metadata !== undefined && !this.#newest.isIntact);
  }

  /** Whether another generation is served because it is pinned, or is about to be. */
  #isHeldBack(id: string): boolean {
    const { pinned } = this.#options.book.state;
    const served = this.served.metadata?.id;
    if (pinned === null || id === pinned || served === undefined) return false;
    return served === pinned || this.disk.isKept(pinned);
  }

  /** After a look at the disk: the newest generation of ours there, which only a scrub or an opening has seen whole. */
  #findNewest(): void {
    const { environment, tenant, book } = this.#options;
    const isOurs = (of: GenerationMetadata) =>
      of.environment === (environment ?? of.environment) && of.tenant === (tenant ?? of.tenant);
    const { generations } = this.disk.survey;
    const readable = newestFirst(generations, book.state.passed).flatMap(({ metadata }) => metadata ?? []);
    const newest = readable.find(isOurs);
    if (newest) this.#newest.found(newest, newest.id === this.served.metadata?.id);
  }

  async #heed({ id, kind, message }: ScrubVerdict, signal: AbortSignal): Promise<void> {
    this.#newest.scrubbed(id, kind === 'intact');
    if (kind === 'intact') return;
    this.#options.alarms.raise('damage', `the generation ${id} is damaged on disk: ${message}`, { generation: id });
    if (kind === 'damaged') await this.disk.putAside(id);
    // What is whole in memory, or open although its name is gone, still answers rightly.
    if (kind === 'damaged' && id === this.served.metadata?.id && !this.served.isInMemory)
      await this.#replaceDamaged(signal);
    await this.disk.tidy();
  }

  async #replaceDamaged(signal: AbortSignal): Promise<void> {
    const damaged = this.served.metadata?.id;
    const intact = await this.openDisk(signal, true);
    // What is whole at a second look was misread.
    if (intact === damaged || this.served.metadata?.id !== damaged) return;
    const error = new OsoError('INDEX_INVALID', 'the data served were damaged on disk, and there are no others');
    this.served.apply({ kind: 'lost', failure: { source: 'disk', error } });
    this.served.empty();
    this.#tellLostPin();
  }

  #tellLostPin(): void {
    const { pinned } = this.#options.book.state;
    if (pinned !== null && this.served.metadata?.id !== pinned) {
      this.#options.alarms.raise('pin', describeLostPin(pinned));
    }
  }

  async #confirm(result: BuildResult, currentMs: number): Promise<void> {
    const { takenAtMs, factsEtag } = result;
    this.#newest.confirmed(factsEtag);
    this.served.confirm(result, takenAtMs, this.elapsed() - currentMs);
    await this.#options.book.update((state) => withConfirmed(state, result, takenAtMs, isFirstHand(result)));
  }

  async #openPublished(
    result: BuildResult,
    origin: Origin,
    { signal, currentMs }: { readonly signal: AbortSignal; readonly currentMs?: number },
  ): Promise<void> {
    const { directory, alarms, book, allowOlder } = this.#options;
    for (const { kind, message } of result.alarms) alarms.raise(kind, message, { generation: result.id });
    const isNewest = origin === 'live' && isFirstHand(result);
    const forced = allowOlder || isNewest;
    const serve = async () => {
      const opened = await openGeneration(generationPath(directory, result.id), this.#opening(signal));
      const currentAgoMs = currentMs === undefined ? undefined : this.elapsed() - currentMs;
      await this.#adopt(opened, { ...this.#arrivalOf(opened.metadata), origin, forced, currentAgoMs });
      return opened.metadata;
    };
    const metadata = await serve().catch(async (error: unknown) => {
      if (!signal.aborted) await this.disk.keepUnserved(result.id);
      throw error;
    });
    // Getting ready took a while.
    if (currentMs !== undefined) this.served.confirm(metadata, metadata.takenAtMs, this.elapsed() - currentMs);
    this.#newest.arrived(metadata, result.factsEtag);
    const aside = forced ? await this.disk.putAsideNewer(metadata.id) : 0;
    if (aside > 0 && isNewest) alarms.raise('clock_skew', WENT_BACK, { generation: metadata.id });
    await book.update((state) => {
      const published = withPublished(state, metadata, { lower: allowOlder });
      return origin === 'live' ? withConfirmed(published, metadata, metadata.takenAtMs) : published;
    });
    await this.disk.tidy();
    await this.#takeIntoMemory(signal);
  }

  #opening(signal?: AbortSignal): OpenGenerationOptions {
    return { ...this.#options, signal, memoryBytes: this.#memory.leftBytes };
  }

  /** Gives what is served the memory that it lacks, or tries again with the next download. Throws only the signal's reason. */
  async #takeIntoMemory(signal: AbortSignal): Promise<void> {
    const { directory, clock, log } = this.#options;
    const { metadata } = this.served;
    const { lackingBytes } = this.#memory;
    if (metadata === undefined || lackingBytes === undefined) return;
    await clock.sleep(LETTING_GO_MS, signal);
    if (!this.#memory.hasRoom(lackingBytes)) return;
    try {
      const opened = await openGeneration(generationPath(directory, metadata.id), { ...this.#options, signal });
      await this.served.exchange(opened);
    } catch (error) {
      signal.throwIfAborted();
      log.warn('what is served gets no more memory', { generation: metadata.id, reason: asOsoError(error).message });
    }
  }

  /** What live data have passed goes when they are served instead of it. */
  async #adoptFromDisk(
    opened: OpenGeneration,
    { pinned, passed, forced }: Pick<DirectoryState, 'pinned' | 'passed'> & { readonly forced: boolean },
  ): Promise<void> {
    const { id } = opened.metadata;
    const isAfter = passed !== null && passed.generation !== pinned && id !== passed.generation && id >= passed.by;
    const isInstead = isAfter && this.served.metadata?.id === passed.generation;
    // What is pinned was tried before.
    await this.#adopt(opened, { ...this.#arrivalOf(opened.metadata), forced: forced || isInstead }, pinned);
    if (isAfter) await this.disk.putAside(passed.generation);
  }

  /** Serves a generation, unless another one than `tried` is pinned, or newer. Throws why it cannot be served. */
  async #adopt(opened: OpenGeneration, arrival: Arrival, tried: string | null = null): Promise<void> {
    const { book, log } = this.#options;
    const { id, factCount } = opened.metadata;
    const isHeldBack = () => book.state.pinned !== tried && this.#isHeldBack(id);
    const forced = arrival.forced === true || id === book.state.pinned;
    // Whoever is told what is served is told what it is one of.
    await this.disk.look();
    if (await this.served.adopt(opened, { ...arrival, forced, isWanted: () => !isHeldBack() })) {
      log.info('serving', { generation: id, origin: arrival.origin, facts: factCount });
    } else if (isHeldBack()) {
      log.info('copied, and not served: another generation is pinned', { generation: id, pinned: book.state.pinned });
    }
  }
}

const WENT_BACK = 'live data are dated before those on disk, which were put aside: the wall clock was wrong, or is';

/** By then requests that began on the data before are answered, and their memory is free. */
const LETTING_GO_MS = 2_000;

function asOsoError(error: unknown): OsoError {
  return error instanceof OsoError ? error : new OsoError('NOTHING_TO_START_FROM', messageOf(error), { cause: error });
}
