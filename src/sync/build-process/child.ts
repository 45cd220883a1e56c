import { Secret } from '../../config/secret.ts';
import type { ControlPlane } from '../../control-plane/control-plane.ts';
import { TRANSFER_LIMITS } from '../../control-plane/transfer-limits.ts';
import type { FactProgress } from '../../facts/fact-sink.ts';
import { type Clock, systemClock } from '../../util/clock.ts';
import { type DownloadJob, type FromChild, sendError, type ToChild } from './job.ts';
import { runJob } from './run-job.ts';
import { requireSameBuild } from './same-build.ts';

/** The part of `process` that talks to a parent. */
export interface ChildProcess {
  readonly send?: ((message: FromChild) => unknown) | undefined;
  on(event: 'message', listener: (message: ToChild) => void): unknown;
  on(event: 'disconnect' | (typeof PARENTS_SIGNALS)[number], listener: () => void): unknown;
  disconnect?(): void;
}

/** A terminal sends them to all of its processes. SIGUSR1 would open the inspector of Node. */
const PARENTS_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const;

/** How often the parent hears that the event loop turns: a process may hang already while it starts, and for good. */
const ALIVE_INTERVAL_MS = 5_000;

/** Time between two messages about progress: a terminal shows no more. */
const PROGRESS_INTERVAL_MS = 200;

/**
 * The process that builds: does the one job that its parent sends, and ends. When the parent aborts it, or is gone,
 * it cleans up and ends too. Signals are the parent's business.
 */
export function serveParent(process: ChildProcess, clock: Clock = systemClock): void {
  const controller = new AbortController();
  const abort = () => controller.abort(new Error('the parent process aborted the work'));
  const send = (message: FromChild) => process.send?.(message);
  process.on('disconnect', abort);
  for (const signal of PARENTS_SIGNALS) process.on(signal, () => {});
  process.on('message', (message) => {
    if (message.kind === 'abort') {
      abort();
      return;
    }
    const over = new AbortController();
    const progress = throttle(clock, send);
    void sayAlive(clock, send, over.signal);
    const work = { clock, connect: (job: DownloadJob) => connect(job, clock), progress, signal: controller.signal };
    Promise.resolve(message.build)
      .then(requireSameBuild)
      .then(() => runJob(message.job, work))
      .then(
        (result) => send({ kind: 'done', result }),
        (error: unknown) => send({ kind: 'failed', error: sendError(error) }),
      )
      .finally(() => {
        over.abort();
        process.disconnect?.();
      });
  });
}

/** A download that must not stall longer than a limit waits no longer than that for anything. */
async function connect(job: DownloadJob, clock: Clock): Promise<ControlPlane> {
  const { url, token, clientId, version, stallLimitMs } = job;
  const { createOsoCloud } = await import('../../control-plane/oso-cloud.ts');
  const atMost = (ms: number) => Math.min(ms, stallLimitMs ?? ms);
  const { connectMs, headersMs, idleMs } = TRANSFER_LIMITS;
  const limits = {
    ...TRANSFER_LIMITS,
    connectMs: atMost(connectMs),
    headersMs: atMost(headersMs),
    idleMs: atMost(idleMs),
  };
  return createOsoCloud({ url, apiToken: new Secret(token), clientId, version, limits, clock });
}

async function sayAlive(clock: Clock, send: (message: FromChild) => unknown, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    send({ kind: 'alive' });
    await clock.sleep(ALIVE_INTERVAL_MS, over).catch(() => {});
  }
}

function throttle(clock: Clock, send: (message: FromChild) => unknown): FactProgress {
  let lastStage = '';
  let lastMs = Number.NEGATIVE_INFINITY;
  return (stage, done, total) => {
    const nowMs = clock.monotonicMs();
    if (stage === lastStage && nowMs - lastMs < PROGRESS_INTERVAL_MS) return;
    lastStage = stage;
    lastMs = nowMs;
    send({ kind: 'progress', stage, done, total });
  };
}
