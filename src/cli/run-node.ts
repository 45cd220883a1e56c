import { resolve } from 'node:path';
import { OsoError } from '../errors/oso-error.ts';
import { type DataDirectory, openDataDirectory } from '../generations/data-directory.ts';
import { loadState } from '../generations/load-state.ts';
import { drain } from '../http/drain.ts';
import type { HttpServer } from '../http/http-server.ts';
import type { JobResult } from '../sync/build-process/job.ts';
import { runInChild } from '../sync/build-process/run-in-child.ts';
import { type DownloadRequest, NodeData } from '../sync/node-data.ts';
import { notReadyReason } from '../sync/state.ts';
import type { CommandContext } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { interruptedBy, untilInterrupted } from './interruption.ts';
import { createJsonLog, type JsonLog } from './json-log.ts';
import { listen, printUrl } from './listen.ts';
import { buildMemoryBytes, indexMemoryBytes, memoryLimitBytes } from './memory-budget.ts';
import type { NodePlan } from './node-plan.ts';
import { createNodeServer, type NodeServer } from './node-server.ts';
import { type Progress, startProgress } from './progress.ts';
import { version } from './version.ts';

/** How long unfinished requests may take after the drain. */
const FORCE_MS = 10_000;

/** The program of the process that builds generations. */
const BUILD_PROCESS = new URL('../../bin/build-process.js', import.meta.url);

/**
 * Runs a node until it is asked to stop. The port is taken before the data directory is touched. Throws
 * PORT_UNAVAILABLE, DIRECTORY_LOCKED, DIRECTORY_UNUSABLE, CONFIG_INVALID for the file of client keys,
 * NOTHING_TO_START_FROM with the reason of every source, or INTERRUPTED during the start.
 */
export async function runNode(plan: NodePlan, context: CommandContext): Promise<ExitCode> {
  const { settings, identity } = plan.config;
  let clientId = settings.clientId ?? '';
  const log = createJsonLog({
    level: settings.logLevel,
    clientId: () => clientId,
    secrets: identity === undefined ? [] : [identity.token.reveal()],
  });
  const server = await createNodeServer({ plan, log, clock: context.clock, clientId: () => clientId });
  const at = { port: settings.port, host: settings.host };
  const port = await listen(server.http.http, at);
  try {
    const directory = await openDataDirectory(settings.directory, 'serve');
    try {
      for (const warning of directory.warnings) log.warn(warning);
      clientId = settings.clientId ?? (await loadState(directory)).state.clientId;
      const node = { plan, context, log, server, directory, clientId, url: printUrl({ ...at, port }), port };
      return await serveData(node);
    } finally {
      directory.close();
    }
  } finally {
    closeNow(server.http);
    log.flush();
  }
}

interface RunningNode {
  readonly plan: NodePlan;
  readonly context: CommandContext;
  readonly log: JsonLog;
  readonly server: NodeServer;
  readonly directory: DataDirectory;
  readonly clientId: string;
  readonly url: string;
  readonly port: number;
}

async function serveData(node: RunningNode): Promise<ExitCode> {
  const { plan, context, server, url, port } = node;
  const { clock, signal, output } = context;
  const stopped = new AbortController();
  using progress = await startProgress(output, clock, 'looking for data');
  const data = createData(node, progress);
  server.attach(data);
  const stop = AbortSignal.any([signal, stopped.signal]);
  try {
    output.result(`oso-fallback ${version()} listens on ${url}`, { event: 'listening', url, port });
    const outcome = await data.start(stop);
    progress[Symbol.dispose]();
    if (outcome === 'failed') throw nothingToStartFrom(data, plan);
    if (outcome === 'waiting') reportWaiting(data, context);
    await untilInterrupted(signal);
    await drainServer(server.http, node);
    return interruptedBy(signal) === 'SIGINT' ? EXIT.interrupted : EXIT.done;
  } finally {
    stopped.abort(signal.reason);
    await data.close();
  }
}

function createData(
  { plan, context, log, server, directory, clientId, url }: RunningNode,
  progress: Progress,
): NodeData {
  const { settings, identity } = plan.config;
  const { environment, tenant } = settings;
  const { clock, env } = context;
  const limitBytes = memoryLimitBytes();
  const common = { directory: directory.path, memoryBytes: buildMemoryBytes(limitBytes) };
  const spawn = { entry: BUILD_PROCESS, env, clock };
  const guardsFor = (currentFactCount: number | undefined) => ({ environment, tenant, currentFactCount });

  function download(of: NonNullable<typeof identity>, request: DownloadRequest): Promise<JobResult> {
    const { servedDigest, servedFactCount, stallLimitMs, signal } = request;
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
      servedDigest,
      guards: guardsFor(servedFactCount),
    };
    return runInChild(job, spawn, { signal, progress: progress.onFacts });
  }

  function build(file: string, signal: AbortSignal): Promise<JobResult> {
    const job = { ...common, kind: 'import' as const, file, guards: guardsFor(data.metadata?.factCount) };
    return runInChild(job, spawn, { signal, progress: progress.onFacts });
  }

  const { importFile, offline } = plan;
  let isFirst = true;
  const data = new NodeData({
    directory,
    environment,
    tenant,
    download: offline || identity === undefined ? undefined : (request) => download(identity, request),
    importFile:
      importFile === undefined
        ? undefined
        : { path: importFile, build: (signal) => build(resolve(importFile), signal) },
    clock,
    log,
    random: Math.random,
    intervalMs: settings.syncIntervalMs,
    liveTimeoutMs: settings.liveTimeoutMs,
    wait: settings.wait,
    keep: settings.keepGenerations,
    memoryBytes: indexMemoryBytes(limitBytes),
    onAttempt: (outcome) => server.countAttempt(outcome),
    onServing: () => {
      server.dataChanged();
      if (isFirst) announce({ url, server, context, onServing: plan.onServing, progress });
      isFirst = false;
    },
  });
  return data;
}

interface Announcement {
  readonly url: string;
  readonly server: NodeServer;
  readonly context: CommandContext;
  readonly onServing: NodePlan['onServing'];
  readonly progress: Progress;
}

function announce({ url, server, context, onServing, progress }: Announcement): void {
  const { output } = context;
  const status = server.status();
  progress[Symbol.dispose]();
  output.result(server.describe(), { event: 'serving', url, keys: server.keys, ...status });
  if (server.keys === 'environment') output.note(server.weakKeys);
  onServing?.(url);
}

function nothingToStartFrom(data: NodeData, { offline, importFile }: NodePlan): OsoError {
  const ways = [
    ...(offline ? ['leave out `--offline`'] : ['`--wait` keeps trying']),
    ...(importFile === undefined ? ['`--import FILE` starts from a snapshot'] : []),
  ];
  return new OsoError('NOTHING_TO_START_FROM', notReadyReason(data.state), { hint: `${ways.join('; ')}.` });
}

function reportWaiting(data: NodeData, { output }: CommandContext): void {
  const reason = notReadyReason(data.state);
  output.result(`waiting for data: ${reason}`, { event: 'waiting', reason });
}

/** Someone at a terminal waits for no load balancer. */
async function drainServer(server: HttpServer, { plan, context, log }: RunningNode): Promise<void> {
  const { clock, signal, output } = context;
  const drainMs = interruptedBy(signal) === 'SIGTERM' ? plan.config.settings.drainMs : 0;
  log.info('draining', { drainMs });
  output.note('stopping');
  const outcome = await drain({ server, clock, drainMs, forceMs: FORCE_MS });
  if (outcome === 'forced') log.warn('connections were cut that had something to say');
}

function closeNow(server: HttpServer): void {
  server.http.close();
  server.http.closeAllConnections();
}
