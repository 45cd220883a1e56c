import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { coreQuota } from './core-quota.ts';
import { memoryLimitBytes, WORKER_BYTES } from './memory-budget.ts';

const MIB = 1024 * 1024;

/** With less, one thread has all the memory: facts in memory are worth more than a second core. */
const ONE_THREAD_BYTES = 256 * MIB;

export interface Machine {
  /** Those that this process may run on. */
  readonly cores: number;
  /** What a control group grants; undefined: all of them. */
  readonly coreQuota: number | undefined;
  readonly memoryBytes: number;
}

export function thisMachine(): Machine {
  const read = (path: string) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  };
  return { cores: availableParallelism(), coreQuota: coreQuota(read), memoryBytes: memoryLimitBytes() };
}

/**
 * How many threads answer requests: as many as asked for, or else one a whole core, if there is memory for it. Never more
 * than requests or connections are admitted.
 */
export function workerCount(
  settings: { readonly workers: number | undefined; readonly maxInFlight: number; readonly maxConnections: number },
  { cores, coreQuota: quota = cores, memoryBytes }: Machine,
): number {
  const byCores = Math.max(1, Math.floor(Math.min(cores, quota)));
  const byMemory = 1 + Math.max(0, Math.floor((memoryBytes - ONE_THREAD_BYTES) / WORKER_BYTES));
  const wanted = settings.workers ?? Math.min(byCores, byMemory, MOST_BY_DEFAULT);
  return Math.min(wanted, settings.maxInFlight, settings.maxConnections);
}

/** More than any fleet asks of one node; whoever wants them all says so. */
const MOST_BY_DEFAULT = 16;
