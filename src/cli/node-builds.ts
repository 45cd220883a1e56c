import { getHeapStatistics } from 'node:v8';
import { type DataDirectory, requireWritable } from '../generations/data-directory.ts';
import type { BuildResult, Job, JobResult, ScrubResult } from '../sync/build-process/job.ts';
import { runInChild } from '../sync/build-process/run-in-child.ts';
import type { DownloadRequest } from '../sync/supply.ts';
import type { CommandContext } from './command.ts';
import { buildHeapMib, buildMemoryBytes, memoryLimitBytes } from './memory-budget.ts';
import type { NodePlan } from './node-plan.ts';
import type { Progress } from './progress.ts';
import { version } from './version.ts';

/** The program of the process that builds and checks generations. Once they are put together, programs lie beside this module. */
const BUILD_PROCESS = new URL('build-process.js', import.meta.url);

/** The work of a node that is done in a process of its own, so that bad data can kill only that. */
export interface NodeBuilds {
  /** Undefined: offline. */
  readonly download: ((request: DownloadRequest) => Promise<BuildResult>) | undefined;
  import(file: string, currentFactCount: number | undefined, signal: AbortSignal): Promise<BuildResult>;
  scrub(ids: readonly string[], signal: AbortSignal): Promise<ScrubResult>;
}

export interface NodeBuildsOptions {
  readonly plan: NodePlan;
  readonly context: CommandContext;
  readonly directory: DataDirectory;
  readonly clientId: string;
}

export function createBuilds(
  { plan, context, directory, clientId }: NodeBuildsOptions,
  progress: Progress,
): NodeBuilds {
  const { settings, identity } = plan.config;
  const { environment, tenant, allowEnvironment, allowOlder, maxShrink } = settings;
  const limitBytes = memoryLimitBytes();
  const heapMib = buildHeapMib(limitBytes, getHeapStatistics().heap_size_limit);
  const spawn = { entry: BUILD_PROCESS, env: context.env, clock: context.clock, heapMib };
  const common = { directory: directory.path, memoryBytes: buildMemoryBytes(limitBytes) };
  const guards = { environment, tenant, allowEnvironment, allowOlder, maxShrink };

  const run = (job: Job, signal: AbortSignal) => runInChild(job, spawn, { signal, progress: progress.onFacts });

  async function download(of: NonNullable<typeof identity>, request: DownloadRequest): Promise<BuildResult> {
    requireWritable(directory);
    const { known, knownFactCount, stallLimitMs, signal } = request;
    const job = {
      ...common,
      kind: 'download' as const,
      url: settings.url,
      token: of.token.reveal(),
      clientId,
      version: version(),
      environment: of.environment,
      tenant: of.tenant,
      stallLimitMs,
      known,
      guards: { ...guards, currentFactCount: knownFactCount },
    };
    return built(await run(job, signal));
  }

  return {
    download: plan.offline || identity === undefined ? undefined : (request) => download(identity, request),
    async import(file, currentFactCount, signal) {
      requireWritable(directory);
      return built(await run({ ...common, kind: 'import', file, guards: { ...guards, currentFactCount } }, signal));
    },
    async scrub(ids, signal) {
      const result = await run({ kind: 'scrub', directory: directory.path, ids }, signal);
      if (result.kind !== 'scrubbed') throw new Error('a scrub ended as something else');
      return result;
    },
  };
}

function built(result: JobResult): BuildResult {
  if (result.kind === 'scrubbed') throw new Error('a build ended as something else');
  return result;
}
