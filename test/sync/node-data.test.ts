import { describe, expect, test } from 'vitest';
import { NodeData } from '../../src/sync/node-data.ts';
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
