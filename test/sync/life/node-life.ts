import type { DataDirectory } from '../../../src/generations/data-directory.ts';
import { loadStateToServe } from '../../../src/generations/load-state.ts';
import { openForServing } from '../../../src/generations/open-for-serving.ts';
import { createStateBook } from '../../../src/generations/state-book.ts';
import { type AlarmBook, createAlarmBook } from '../../../src/sync/alarm-book.ts';
import type { BringUp } from '../../../src/sync/bring-up.ts';
import type { BuildResult, Job, JobResult } from '../../../src/sync/build-process/job.ts';
import { runJob } from '../../../src/sync/build-process/run-job.ts';
import { NodeData } from '../../../src/sync/node-data.ts';
import type { AttemptOutcome } from '../../../src/sync/sync-loop.ts';
import { silentLog } from '../../../src/util/log.ts';
import { connect } from '../../control-plane/support.ts';
import { MEMORY_BYTES } from '../../generations/support/sample-generation.ts';
import { ENVIRONMENT, TENANT } from './content.ts';
import { HOUR, type NodeSettings } from './events.ts';
import type { LifeClock } from './life-clock.ts';

export interface NodeLifeOptions {
  readonly path: string;
  readonly settings: NodeSettings;
  /** Path of the file of `--import`. */
  readonly importPath: string | undefined;
  /** Undefined: offline. */
  readonly url: string | undefined;
  readonly clock: LifeClock;
  readonly onAttempt: (outcome: AttemptOutcome) => void;
}

/** When nothing else is under way: the watch of the age, and the loop that copies or checks. */
const SLEEPERS_AT_REST = 2;

/** One process of a node, from its start to its end, but for its HTTP: data, alarms, directory; builds are made in this process. */
export class NodeLife {
  readonly data: NodeData;
  readonly alarms: AlarmBook;
  readonly #options: NodeLifeOptions;
  readonly #directory: DataDirectory;
  readonly #stop: AbortController;

  private constructor(parts: {
    readonly options: NodeLifeOptions;
    readonly directory: DataDirectory;
    readonly data: NodeData;
    readonly alarms: AlarmBook;
    readonly stop: AbortController;
  }) {
    this.#options = parts.options;
    this.#directory = parts.directory;
    this.#stop = parts.stop;
    this.data = parts.data;
    this.alarms = parts.alarms;
  }

  /** Throws what keeps a node from starting. */
  static async start(options: NodeLifeOptions): Promise<{ readonly life: NodeLife; readonly outcome: BringUp }> {
    const { path, clock } = options;
    const directory = await openForServing(path);
    try {
      const { state, problem } = await loadStateToServe(directory);
      const alarms = createAlarmBook({ log: silentLog, nowMs: () => clock.nowMs(), onAlarm: () => {} });
      if (problem !== undefined) alarms.raise('damage', problem);
      const stop = new AbortController();
      const book = createStateBook(directory, state);
      const data = dataOf({ options, directory, alarms, book });
      const life = new NodeLife({ options, directory, data, alarms, stop });
      const outcome = await data.start(stop.signal);
      await life.rest();
      return { life, outcome };
    } catch (error) {
      directory.close();
      throw error;
    }
  }

  /** Resolves when nothing is under way. */
  async rest(): Promise<void> {
    const { clock } = this.#options;
    await clock.until(() => !this.data.loop.attempts.running && clock.sleeping === SLEEPERS_AT_REST);
  }

  /** Whatever is due happens, once. */
  async wake(): Promise<void> {
    await this.#options.clock.advance(0);
    await this.rest();
  }

  async sync(): Promise<void> {
    if (this.data.syncNow() !== 'started') return;
    await this.#options.clock.advance(0);
    await this.rest();
  }

  /** As by SIGTERM; what is under way ends. */
  async end(): Promise<void> {
    this.#stop.abort(new Error('stopped'));
    await this.data.close();
    this.#directory.close();
  }
}

interface Parts {
  readonly options: NodeLifeOptions;
  readonly directory: DataDirectory;
  readonly alarms: AlarmBook;
  readonly book: ReturnType<typeof createStateBook>;
}

/** As `serve` does it. */
function dataOf({ options, directory, alarms, book }: Parts): NodeData {
  const { path, settings, importPath, url, clock, onAttempt } = options;
  const { allowOlder, onStale, maxAgeMs, keep, maxShrink } = settings;
  const common = { directory: path, memoryBytes: MEMORY_BYTES };
  const guards = { environment: ENVIRONMENT, tenant: TENANT, allowOlder, maxShrink: maxShrink ?? undefined };
  const run = (job: Job, signal: AbortSignal) =>
    runJob(job, { clock, signal, progress: () => {}, connect: (to) => connect(to.url, { clock }) });
  const data: NodeData = new NodeData({
    directory,
    book,
    alarms,
    environment: ENVIRONMENT,
    tenant: TENANT,
    download:
      url === undefined
        ? undefined
        : async ({ known, knownFactCount, stallLimitMs, signal }) =>
            built(
              await run(
                {
                  ...common,
                  kind: 'download',
                  url,
                  token: 'e_0123456789_12345_osotesttoken01xiIn',
                  clientId: 'life',
                  version: '0.0.0',
                  environment: ENVIRONMENT,
                  tenant: TENANT,
                  stallLimitMs,
                  known,
                  guards: { ...guards, currentFactCount: knownFactCount },
                },
                signal,
              ),
            ),
    async scrub(ids, signal) {
      const result = await run({ kind: 'scrub', directory: path, ids }, signal);
      if (result.kind !== 'scrubbed') throw new Error('a scrub ended as something else');
      return result;
    },
    importFile:
      importPath === undefined
        ? undefined
        : {
            path: importPath,
            async build(signal) {
              const currentFactCount = data.served.metadata?.factCount;
              const job = { ...common, kind: 'import' as const, file: importPath };
              return built(await run({ ...job, guards: { ...guards, currentFactCount } }, signal));
            },
          },
    clock,
    uptimeMs: () => clock.uptimeMs(),
    log: silentLog,
    random: () => 0.5,
    staleness: { maxAgeWarnMs: HOUR, maxAgeMs, onStale },
    allowOlder,
    intervalMs: HOUR / 2,
    liveTimeoutMs: 10_000,
    wait: true,
    keep,
    memoryBytes: settings.isPaged ? 1 : MEMORY_BYTES,
    onAttempt,
    onServing: () => {},
  });
  return data;
}

function built(result: JobResult): BuildResult {
  if (result.kind === 'scrubbed') throw new Error('a build ended as something else');
  return result;
}
