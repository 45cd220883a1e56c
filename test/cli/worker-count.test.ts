import { describe, expect, test } from 'vitest';
import { coreQuota } from '../../src/cli/core-quota.ts';
import { indexMemoryBytes } from '../../src/cli/memory-budget.ts';
import { type Machine, thisMachine, workerCount } from '../../src/cli/worker-count.ts';

const MIB = 1024 * 1024;
const SETTINGS = { workers: undefined, maxInFlight: 1_000, maxConnections: 2_000 };

function machine(changes: Partial<Machine> = {}): Machine {
  return { cores: 4, coreQuota: undefined, memoryBytes: 4_096 * MIB, ...changes };
}

describe('the number of threads', () => {
  test.each([
    [{}, 4],
    [{ coreQuota: 2 }, 2],
    [{ coreQuota: 1.5 }, 1],
    [{ coreQuota: 0.1 }, 1],
    [{ coreQuota: 64 }, 4],
    [{ cores: 128 }, 16],
    [{ memoryBytes: 256 * MIB }, 1],
    [{ memoryBytes: 64 * MIB }, 1],
    [{ memoryBytes: 320 * MIB }, 2],
    [{ memoryBytes: 512 * MIB }, 4],
  ] as const)('on a machine with %j is %i', (changes, count) => {
    expect(workerCount(SETTINGS, machine(changes))).toBe(count);
  });

  test('is what was asked for, whatever the machine, but no more than may be in flight or connected', () => {
    const small = machine({ cores: 1, memoryBytes: 64 * MIB });
    expect(workerCount({ ...SETTINGS, workers: 3 }, small)).toBe(3);
    expect(workerCount({ ...SETTINGS, workers: 3, maxInFlight: 2 }, small)).toBe(2);
    expect(workerCount({ ...SETTINGS, workers: 3, maxConnections: 1 }, small)).toBe(1);
  });

  test('is found for this machine', () => {
    const here = thisMachine();
    expect(here.cores).toBeGreaterThan(0);
    expect(workerCount(SETTINGS, here)).toBeGreaterThan(0);
  });
});

test('threads leave less memory for indexes, and never too little to work', () => {
  expect(indexMemoryBytes(512 * MIB, 3)).toBe(indexMemoryBytes(512 * MIB) - 120 * MIB);
  expect(indexMemoryBytes(256 * MIB, 8)).toBe(16 * MIB);
});

describe('the cores that a control group grants', () => {
  const quota = (files: Readonly<Record<string, string>>) => coreQuota((path) => files[path]);

  test.each<[string, Readonly<Record<string, string>>, number | undefined]>([
    ['nothing', {}, undefined],
    ['a container, version 2', { '/sys/fs/cgroup/cpu.max': '150000 100000\n' }, 1.5],
    ['a container without a limit, version 2', { '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, undefined],
    [
      'a container, version 1',
      { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '200000\n', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' },
      2,
    ],
    [
      'a container without a limit, version 1',
      { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' },
      undefined,
    ],
    [
      'a service, version 2, whose slice grants less',
      {
        '/proc/self/cgroup': '0::/system.slice/oso.service\n',
        '/sys/fs/cgroup/system.slice/oso.service/cpu.max': '400000 100000\n',
        '/sys/fs/cgroup/system.slice/cpu.max': '300000 100000\n',
      },
      3,
    ],
    [
      'a service, version 1',
      {
        '/proc/self/cgroup': '9:name=systemd:/\n4:memory:/oso\n2:cpu,cpuacct:/oso\n0::/\n',
        '/sys/fs/cgroup/cpu,cpuacct/oso/cpu.cfs_quota_us': '50000\n',
        '/sys/fs/cgroup/cpu,cpuacct/oso/cpu.cfs_period_us': '100000\n',
      },
      0.5,
    ],
    ['nonsense', { '/proc/self/cgroup': ':::', '/sys/fs/cgroup/cpu.max': 'many\n' }, undefined],
  ])('in %s', (_, files, granted) => {
    expect(quota(files)).toBe(granted);
  });
});
