import { describe, expect, test } from 'vitest';
import { NodeData, type NodeDataOptions } from '../../src/sync/node-data.ts';
import type { StalenessPolicy } from '../../src/sync/staleness.ts';
import { until } from '../cli/support/running-node.ts';
import { settle } from '../support/fake-clock.ts';
import { HOUR, supplied } from './support/supplied.ts';

describe('the file of --import', () => {
  test('that is interrupted by a stop leaves a node that serves, and so can drain', async () => {
    using world = await supplied();
    let isBuilding = false;
    const build = (signal: AbortSignal) => {
      isBuilding = true;
      return new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    };
    const data = new NodeData({
      ...world.options,
      importFile: { path: 'x.snapshot', build },
      random: () => 0,
      intervalMs: HOUR,
      wait: false,
      onAttempt: () => {},
    });
    const stop = new AbortController();
    const started = data.start(stop.signal);
    while (!isBuilding) await settle();
    expect(data.served.metadata?.id).toBe(world.newer);
    stop.abort(new Error('stopped'));
    expect(await started).toBe('serving');
    data.served.slot.acquire('key')?.release();
    expect(data.served.unreadiness).toBeUndefined();
    await data.close();
  });
});

describe('the first copy after a start', () => {
  /** How long a node waits for it that has data of this age on disk. */
  async function waitBefore(ageMs: number, changes: Partial<NodeDataOptions> & Pick<StalenessPolicy, 'onStale'>) {
    const { onStale, ...rest } = changes;
    using world = await supplied({ policy: { maxAgeMs: 2 * HOUR, onStale } });
    const { clock } = world;
    clock.jumpWall(ageMs);
    const data = new NodeData({
      ...world.options,
      download: () => Promise.reject(new Error('unreachable')),
      random: () => 0.5,
      intervalMs: HOUR,
      wait: true,
      onAttempt: () => {},
      ...rest,
    });
    const stop = new AbortController();
    const started = data.start(stop.signal);
    const { attempts } = await until(
      async () => data.loop,
      ({ attempts }) => attempts.running || attempts.nextAttemptAtMs !== undefined,
    );
    stop.abort(new Error('stopped'));
    await started.catch(() => {});
    await data.close();
    return attempts.lastAttemptAtMs === undefined ? (attempts.nextAttemptAtMs ?? 0) - clock.nowMs() : 0;
  }

  test('waits a moment of its own where data are served, whatever their age, so that a fleet does not ask as one', async () => {
    expect(await waitBefore(60_000, { onStale: 'refuse' })).toBe(2_500);
    expect(await waitBefore(3 * HOUR, { onStale: 'serve' })).toBe(2_500);
  });

  test('waits for nothing where none are, or where they are too old to be answered from', async () => {
    expect(await waitBefore(3 * HOUR, { onStale: 'refuse' })).toBe(0);
    expect(await waitBefore(60_000, { onStale: 'serve', environment: 'another' })).toBe(0);
  });
});
