/** The text of a file, or undefined when there is none. */
export type ReadText = (path: string) => string | undefined;

const ROOT = '/sys/fs/cgroup';

/**
 * How many cores the control group of this process may use, in both versions of control groups; undefined: no limit is
 * set. `docker run --cpus 1.5` gives 1.5. A limit of a group above counts when the group can be seen.
 */
export function coreQuota(read: ReadText): number | undefined {
  const quotas = foldersOf(read('/proc/self/cgroup') ?? '').flatMap((folder) => {
    const [quota, period] = (read(`${folder}/cpu.max`) ?? readOlder(read, folder)).trim().split(/\s+/).map(Number);
    return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? [quota / period] : [];
  });
  return quotas.length === 0 ? undefined : Math.min(...quotas);
}

/** Version 1 has two files for what version 2 has in one. */
function readOlder(read: ReadText, folder: string): string {
  return `${read(`${folder}/cpu.cfs_quota_us`) ?? 'max'} ${read(`${folder}/cpu.cfs_period_us`) ?? ''}`;
}

/** Where limits may be: a container sees its group as the root, other processes below it. */
function foldersOf(table: string): readonly string[] {
  const roots = [ROOT, `${ROOT}/cpu`, `${ROOT}/cpu,cpuacct`];
  const below = table.split('\n').flatMap((line) => {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.+)$/u.exec(line) ?? [];
    if (path === '/' || (controllers !== '' && !controllers.split(',').includes('cpu'))) return [];
    return ancestors(path).map((folder) => `${ROOT}${controllers === '' ? '' : `/${controllers}`}${folder}`);
  });
  return [...roots, ...below];
}

/** `/a/b` and `/a`. */
function ancestors(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  return parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}`);
}
