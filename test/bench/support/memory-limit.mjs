import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

/** Where version 1 of the memory controller is mounted; version 2 is used when this is absent. */
const V1 = '/sys/fs/cgroup/memory';
const V2 = '/sys/fs/cgroup';

/**
 * A hard memory limit for processes: a control group of the kernel, where this user may make one. `undefined` where not.
 * `enter` is a shell prefix: `sh -c '${enter} exec node …'`.
 */
export function createMemoryLimit(name, limitBytes) {
  const version = existsSync(`${V1}/memory.limit_in_bytes`) ? 1 : 2;
  const folder = `${version === 1 ? V1 : V2}/${name}-${process.pid}`;
  const files =
    version === 1
      ? { limit: 'memory.limit_in_bytes', peak: 'memory.max_usage_in_bytes', events: 'memory.oom_control' }
      : { limit: 'memory.max', peak: 'memory.peak', events: 'memory.events' };
  try {
    mkdirSync(folder);
    writeFileSync(`${folder}/${files.limit}`, `${limitBytes}`);
  } catch {
    return undefined;
  }
  return {
    enter: `echo $$ > ${folder}/cgroup.procs;`,
    /** Page cache included: it may touch the limit without harm, because the kernel takes it back. */
    peakBytes: () => Number(readFileSync(`${folder}/${files.peak}`, 'utf8')),
    /** Of all processes in the group now; the program's own pages, which they share, once. */
    residentBytes() {
      const all = readFileSync(`${folder}/cgroup.procs`, 'utf8').trim().split('\n').map(residentOf);
      return all.reduce((sum, { own }) => sum + own, 0) + Math.max(...all.map(({ files }) => files));
    },
    kills: () => Number(/oom_kill (\d+)/.exec(readFileSync(`${folder}/${files.events}`, 'utf8'))?.[1] ?? 0),
    remove: () => rmdirSync(folder),
  };
}

/** Nothing when it has ended. */
function residentOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const bytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`, 'u').exec(status)?.[1] ?? 0) * 1024;
    return { own: bytes('RssAnon') + bytes('RssShmem'), files: bytes('RssFile') };
  } catch {
    return { own: 0, files: 0 };
  }
}
