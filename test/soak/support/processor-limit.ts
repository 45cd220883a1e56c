import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

/** Shell commands after which a process, and what it starts, runs on the first core alone; undefined where nothing can say so. */
export const ON_ONE_CORE =
  spawnSync('taskset', ['-c', '0', 'true']).status === 0 ? 'taskset -p -c 0 $$ > /dev/null;' : undefined;

/** Where version 1 of the processor controller is mounted; version 2 is used when this is absent. */
const V1 = '/sys/fs/cgroup/cpu';
const V2 = '/sys/fs/cgroup';
const PERIOD_US = 100_000;

export interface ProcessorLimit extends Disposable {
  /** From now on the process, with all its threads and what it starts, has no more than the quota. */
  take(pid: number): void;
  /** How often it had to wait for the next period. */
  waits(): number;
}

/**
 * A quota of processor time, as a part of one core: a control group of the kernel, where this user may make one. `undefined`
 * where not. Disposing removes the group, whose processes must have ended.
 */
export function createProcessorLimit(name: string, part: number): ProcessorLimit | undefined {
  const version = existsSync(`${V1}/cpu.cfs_quota_us`) ? 1 : 2;
  const folder = `${version === 1 ? V1 : V2}/${name}-${process.pid}`;
  const quotaUs = PERIOD_US * part;
  try {
    mkdirSync(folder);
    if (version === 2) writeFileSync(`${folder}/cpu.max`, `${quotaUs} ${PERIOD_US}`);
    else {
      writeFileSync(`${folder}/cpu.cfs_period_us`, `${PERIOD_US}`);
      writeFileSync(`${folder}/cpu.cfs_quota_us`, `${quotaUs}`);
    }
  } catch {
    return undefined;
  }
  return {
    take: (pid) => writeFileSync(`${folder}/cgroup.procs`, `${pid}`),
    waits: () => Number(/nr_throttled (\d+)/u.exec(readFileSync(`${folder}/cpu.stat`, 'utf8'))?.[1]),
    [Symbol.dispose]: () => rmdirSync(folder),
  };
}
