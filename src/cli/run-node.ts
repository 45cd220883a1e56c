import { uptime } from 'node:os';
import { resolve } from 'node:path';
import { OsoError } from '../errors/oso-error.ts';
import type { DataDirectory } from '../generations/data-directory.ts';
import { loadStateToServe } from '../generations/load-state.ts';
import { openForServing } from '../generations/open-for-serving.ts';
import { createStateBook, type StateBook } from '../generations/state-book.ts';
import { drain } from '../http/drain.ts';
import type { HttpServer } from '../http/http-server.ts';
import { NodeData } from '../sync/node-data.ts';
import type { NodeStatus } from '../sync/node-status.ts';
import { notReadyReason } from '../sync/state.ts';
import type { CommandContext } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { interruptedBy, untilInterrupted } from './interruption.ts';
import { createJsonLog, type JsonLog } from './json-log.ts';
import { listen, printUrl } from './listen.ts';
import { indexMemoryBytes, memoryLimitBytes, roomBytes } from './memory-budget.ts';
import { createBuilds } from './node-builds.ts';
import type { NodePlan } from './node-plan.ts';
import { createNodeServer, type NodeServer, overridesOf } from './node-server.ts';
import { type Progress, startProgress } from './progress.ts';
import { version } from './version.ts';
import { warnOfDirectory } from './warn-of-directory.ts';
import { thisMachine, workerCount } from './worker-count.ts';

/** How long unfinished requests may take after the drain. */
const FORCE_MS = 10_000;

/**
 * Runs a node until it is asked to stop. The port is taken before the data directory is touched. Throws
 * PORT_UNAVAILABLE, DIRECTORY_LOCKED, DIRECTORY_UNUSABLE, CONFIG_INVALID for the file of client keys,
 * NOTHING_TO_START_FROM with the reason of every source, or INTERRUPTED during the start.
 */
export async function runNode(plan: NodePlan, context: CommandContext): Promise<ExitCode> {
  const { settings } = plan.config;
  const { clock, signal, env } = context;
  let { clientId } = settings;
  const log = createJsonLog({
    level: settings.logLevel,
    clientId: () => clientId,
    secrets: settings.apiToken === undefined ? [] : [settings.apiToken.reveal()],
    clock,
  });
  const threads = workerCount(settings, thisMachine());
  for (const flag of overridesOf(settings)) log.warn('a guard is lifted', { setting: flag });
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const server = await createNodeServer({
    plan,
    threads,
    log,
    clock,
    clientId: () => clientId ?? '',
    env,
    signal: until,
  });
  const at = { port: settings.port, host: settings.host };
  try {
    const port = await listen(server.http.http, at);
    const directory = await openForServing(settings.directory);
    try {
      warnOfDirectory(directory, undefined, context.output);
      if (directory.unwritable !== undefined) log.error(directory.unwritable);
      const { state, problem } = await loadStateToServe(directory);
      if (problem !== undefined) server.alarms.raise('damage', problem);
      clientId = settings.clientId ?? state.clientId;
      const book = createStateBook(directory, state);
      const url = printUrl({ ...at, port, isTls: settings.tlsCert !== undefined });
      const node = { plan, threads, context, log, server, directory, book, clientId, url, port };
      return await serveData(node);
    } finally {
      directory.close();
    }
  } finally {
    // Also after a start that failed: otherwise the watching of files goes on.
    ended.abort();
    closeNow(server.http);
    await server.crew.close();
    await log.flush();
  }
}

interface RunningNode {
  readonly plan: NodePlan;
  readonly threads: number;
  readonly context: CommandContext;
  readonly log: JsonLog;
  readonly server: NodeServer;
  readonly directory: DataDirectory;
  readonly book: StateBook;
  readonly clientId: string;
  readonly url: string;
  readonly port: number;
}

async function serveData(node: RunningNode): Promise<ExitCode> {
  const { plan, context, log, server, url, port } = node;
  const { clock, signal, output } = context;
  const stopped = new AbortController();
  using progress = await startProgress(output, clock, 'looking for data');
  const data = createData(node, progress);
  const stop = AbortSignal.any([signal, stopped.signal]);
  server.attach(data, stop);
  context.onHangup(() => {
    log.warn('SIGHUP: files are read again', { sync: data.syncNow() });
    server.reload();
  });
  try {
    output.result(`oso-fallback ${version()} listens on ${url}`, { event: 'listening', url, port });
    const outcome = await data.start(stop);
    progress[Symbol.dispose]();
    if (outcome === 'failed') throw nothingToStartFrom(data, plan);
    if (outcome === 'waiting') reportWaiting(data, context);
    await untilInterrupted(signal);
    await drainServer(server, node);
    return interruptedBy(signal) === 'SIGINT' ? EXIT.interrupted : EXIT.done;
  } finally {
    stopped.abort(signal.reason);
    await data.close();
  }
}

function createData(node: RunningNode, progress: Progress): NodeData {
  const { plan, threads, context, log, server, directory, book, url } = node;
  const { settings } = plan.config;
  const { clock } = context;
  const { maxAgeWarnMs, maxAgeMs, onStale, allowEnvironment } = settings;
  const builds = createBuilds(node, progress);
  const { importFile } = plan;
  let isFirst = true;
  const data: NodeData = new NodeData({
    directory,
    book,
    alarms: server.alarms,
    environment: allowEnvironment ? undefined : settings.environment,
    tenant: allowEnvironment ? undefined : settings.tenant,
    download: builds.download,
    scrub: builds.scrub,
    importFile:
      importFile === undefined
        ? undefined
        : {
            path: importFile,
            build: (signal) => builds.import(resolve(importFile), data.served.metadata?.factCount, signal),
          },
    clock,
    uptimeMs: () => uptime() * 1_000,
    log,
    random: Math.random,
    staleness: { maxAgeWarnMs, maxAgeMs, onStale },
    allowOlder: settings.allowOlder,
    intervalMs: settings.syncIntervalMs,
    liveTimeoutMs: settings.liveTimeoutMs,
    wait: settings.wait,
    keep: settings.keepGenerations,
    memoryBytes: indexMemoryBytes(memoryLimitBytes(), threads),
    roomBytes: () => roomBytes(memoryLimitBytes()),
    threads,
    followers: server.crew,
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
  for (const warning of [...server.warnings, ...pinWarning(status)]) output.note(warning);
  onServing?.(url);
}

/** A pin that was forgotten would make a start with other data in vain, and nothing else would say so. */
function pinWarning({ pinned, snapshot }: NodeStatus): readonly string[] {
  if (pinned === null || pinned !== snapshot?.id) return [];
  return [
    `warning: ${pinned} is pinned: no other data are served, nor taken from a file, until \`oso-fallback unpin\``,
  ];
}

function nothingToStartFrom({ served }: NodeData, { offline, importFile }: NodePlan): OsoError {
  const failures = served.state.kind === 'serving' ? [] : served.state.failures;
  const ways = [
    ...new Set(failures.flatMap(({ error: { hint } }) => hint ?? [])),
    ...(offline ? ['leave out `--offline`'] : ['`--wait` keeps trying']),
    ...(importFile === undefined ? ['`--import FILE` starts from a snapshot'] : []),
  ];
  return new OsoError('NOTHING_TO_START_FROM', notReadyReason(served.state), { hint: ways.join('; ') });
}

function reportWaiting({ served }: NodeData, { output }: CommandContext): void {
  const reason = notReadyReason(served.state);
  output.result(`waiting for data: ${reason}`, { event: 'waiting', reason });
}

/** Someone at a terminal waits for no load balancer. */
async function drainServer({ http, crew }: NodeServer, { plan, context, log }: RunningNode): Promise<void> {
  const { clock, signal, output } = context;
  const drainMs = interruptedBy(signal) === 'SIGTERM' ? plan.config.settings.drainMs : 0;
  log.info('draining', { drainMs });
  if (output.drawing !== 'none') output.note('stopping');
  const drained = [drain({ server: http, clock, drainMs, forceMs: FORCE_MS }), crew.drain(drainMs, FORCE_MS)];
  if ((await Promise.all(drained)).includes('forced')) log.warn('connections were cut that had something to say');
}

function closeNow(server: HttpServer): void {
  server.http.close();
  server.http.closeAllConnections();
}
