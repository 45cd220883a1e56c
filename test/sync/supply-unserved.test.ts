import { expect, test } from 'vitest';
import type { Followers } from '../../src/sync/followers.ts';
import type { SupplyOptions } from '../../src/sync/supply.ts';
import { TAKEN_AT_MS } from '../snapshot/support/sample-snapshot.ts';
import { HOUR, supplied } from './support/supplied.ts';

const never = new AbortController().signal;

/** A node whose copies succeed and can be opened by nobody but the one before it has gone. */
async function unserving(changes: Partial<SupplyOptions> = {}) {
  const copied: string[] = [];
  let isWilling = true;
  const followers: Followers = {
    async prepare() {
      if (!isWilling) throw new Error('a thread cannot open them');
      return { serve: () => {}, discard: () => {} };
    },
    empty: () => {},
    confirm: () => {},
  };
  const world = await supplied({
    followers,
    async download() {
      const { id, takenAtMs, contentDigest } = await world.publish(TAKEN_AT_MS + (2 + copied.length) * HOUR);
      copied.push(id);
      return {
        kind: 'published',
        id,
        takenAtMs,
        contentDigest,
        sourceAgeMs: 0,
        factsEtag: undefined,
        alarms: [],
      };
    },
    ...changes,
  });
  isWilling = false;
  return {
    world,
    copied,
    listed: () => world.supply.disk.survey.generations.map(({ id }) => id),
    heal: () => {
      isWilling = true;
    },
  };
}

test('of copies that cannot be served the last one is kept, however many there are', async () => {
  const { world, copied, listed, heal } = await unserving();
  using _ = world;
  for (const _time of ['first', 'second', 'third', 'fourth']) {
    await expect(world.supply.download(never, true)).rejects.toThrow('a thread cannot open them');
    expect(listed()).toEqual([copied.at(-1), world.newer, world.older]);
    expect(world.served()).toBe(world.newer);
  }
  heal();
  await world.supply.download(never, true);
  expect(world.served()).toBe(copied.at(-1));
});

test('the same where nothing is served', async () => {
  const { world, copied, listed } = await unserving({ environment: 'another' });
  using _ = world;
  for (const _time of ['first', 'second', 'third', 'fourth']) {
    await expect(world.supply.download(never, true)).rejects.toThrow('another');
    expect(listed()).toEqual([copied.at(-1), world.newer, world.older]);
  }
});

test('a copy that a stop keeps from being served stays for the next start', async () => {
  const stop = new AbortController();
  const { world, copied } = await unserving();
  using _ = world;
  await expect(world.supply.download(never, true)).rejects.toThrow();
  stop.abort(new Error('stopped'));
  await expect(world.supply.download(stop.signal, true)).rejects.toThrow('stopped');
  await world.supply.disk.tidy();
  expect(world.supply.disk.survey.generations.map(({ id }) => id)).toEqual(expect.arrayContaining(copied.slice(-2)));
});
