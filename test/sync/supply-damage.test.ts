import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openDataDirectory } from '../../src/generations/data-directory.ts';
import type { StateBook } from '../../src/generations/state-book.ts';
import { createDiskCare } from '../../src/sync/disk-care.ts';
import { Supply } from '../../src/sync/supply.ts';
import { silentLog } from '../../src/util/log.ts';
import { TAKEN_AT_MS } from '../snapshot/support/sample-snapshot.ts';
import type { DiskCall } from '../soak/support/fault-disk.mjs';
import { onFailingDisk } from '../support/failing-disk.ts';
import { damaged, HOUR, supplied } from './support/supplied.ts';

const never = new AbortController().signal;

describe('damage on disk', () => {
  test('does not reach what is whole in memory; the copy on disk is put aside', async () => {
    using world = await supplied({ scrub: damaged });
    await world.supply.scrub(never);
    expect(world.served()).toBe(world.newer);
    expect(world.supply.disk.survey).toMatchObject({ generations: [{ id: world.older }], quarantined: [world.newer] });
    expect(world.raised).toEqual(['damage']);
  });

  test('of what is read from disk makes the one before take its place, and then nothing', async () => {
    using world = await supplied({ scrub: damaged, memoryBytes: 1 });
    expect(world.supply.served.isInMemory).toBe(false);
    await world.supply.scrub(never);
    expect(world.served()).toBe(world.older);
    expect(world.supply.served.slot.current?.snapshotId).toBe(world.older);
  });

  test('of what is pinned and read from disk makes another one take its place, and an alarm tells of the pin', async () => {
    using world = await supplied({ scrub: damaged, memoryBytes: 1 });
    await world.supply.pin(world.newer);
    await world.supply.scrub(never);
    expect(world.served()).toBe(world.older);
    expect(world.raised).toEqual(['damage', 'pin']);
  });

  test('that leaves nothing whole ends the serving of it, with a reason, and tells of a pin', async () => {
    using world = await supplied({ memoryBytes: 1, scrub: damaged });
    const { disk, served } = world.supply;
    await world.supply.pin(world.newer);
    await disk.putAside(world.older);
    await disk.tidy();
    rmSync(`${world.path}/generations/quarantined-${world.older}`, { recursive: true });
    rmSync(`${world.path}/generations/${world.newer}/policy.polar`);
    await world.supply.scrub(never);
    expect(served.slot.acquire('key')).toBeUndefined();
    expect(served.unreadiness).toEqual({
      code: 'snapshot_invalid',
      message: expect.stringContaining('the data served were damaged on disk, and there are no others'),
    });
    expect(world.raised).toEqual(['damage', 'fallback', 'pin']);
  });

  test('that another look does not find takes nothing away, whether the copy could be put aside or not', async () => {
    for (const writable of [true, false]) {
      using world = await supplied({ memoryBytes: 1, scrub: damaged });
      rmSync(`${world.path}/generations/${world.older}`, { recursive: true });
      const directory = { ...world.options.directory, writable, restore: async () => false };
      const next = new Supply({ ...world.options, directory });
      await next.openDisk(never);
      await next.scrub(never);
      expect(next.served.unreadiness).toBeUndefined();
      expect(next.served.slot.current?.snapshotId).toBe(world.newer);
      expect(next.disk.survey).toMatchObject({ generations: [{ id: world.newer }], quarantined: [] });
      expect(world.raised).toEqual(['damage']);
      next.served.empty();
    }
  });

  test('of everything loses nothing: whatever was put aside may turn out to be whole', async () => {
    using world = await supplied();
    for (const id of [world.older, world.newer]) rmSync(`${world.path}/generations/${id}/policy.polar`);
    const next = new Supply(world.options);
    await next.openDisk(never);
    expect(next.served.metadata).toBeUndefined();
    const quarantined = [world.newer, world.older];
    expect(next.disk.survey).toEqual({ generations: [], quarantined, directoryId: expect.any(String) });
  });

  test('is no reason to throw when the check itself fails', async () => {
    using world = await supplied({ scrub: () => Promise.reject(new Error('the build process died')) });
    await world.supply.scrub(never);
    expect(world.served()).toBe(world.newer);
  });
});

describe('a directory that cannot be written', () => {
  test('is tried to be written again with the first copy, too', async () => {
    using world = await supplied();
    const tried: string[] = [];
    const restore = async () => {
      tried.push('restore');
      return false;
    };
    const download = async () => {
      tried.push('download');
      throw new Error('enough');
    };
    const directory = { ...world.options.directory, writable: false, restore };
    const next = new Supply({ ...world.options, directory, download });
    await next.openDisk(never);
    await next.download(never, true).catch(() => {});
    expect(tried).toEqual(['restore', 'download']);
  });

  test('is told once as long as the reason stays, and what lies there is checked all the same', async () => {
    const said: string[] = [];
    const log = { ...silentLog, error: (message: string) => said.push(message) };
    const checked: (readonly string[])[] = [];
    const scrub = async (ids: readonly string[]) => {
      checked.push(ids);
      return { kind: 'scrubbed' as const, verdicts: [] };
    };
    using world = await supplied({ scrub, log });
    for (const [time, total] of [
      ['the first time', 1],
      ['the next', 2],
    ] as const) {
      rmSync(`${world.path}/lock`);
      const other = await openDataDirectory(world.path, 'import');
      checked.length = 0;
      await world.supply.scrub(never);
      await world.supply.scrub(never);
      expect(said, time).toEqual(Array(total).fill('the data directory cannot be written'));
      expect(checked, time).toEqual([[world.newer], [world.newer]]);
      other.close();
      await world.supply.scrub(never);
      expect(world.raised, time).toEqual(Array(total).fill('damage'));
    }
  });
});

describe('a generation that is opened to be pinned', () => {
  test('is not removed by a copy that ends meanwhile, so that the pin outlives a restart', async () => {
    using world = await supplied();
    const { book } = world.options;
    const copied: StateBook = {
      get state() {
        return book.state;
      },
      async update(change) {
        await next.disk.tidy();
        return await book.update(change);
      },
    };
    const next = new Supply({ ...world.options, keep: 2, book: copied });
    await next.openDisk(never);
    await world.publish(TAKEN_AT_MS + 2 * HOUR);
    await next.pin(world.older);
    next.served.empty();
    const restarted = new Supply(world.options);
    await restarted.openDisk(never);
    expect(restarted.served.metadata?.id).toBe(world.older);
    expect(world.raised).toEqual([]);
    restarted.served.empty();
  });

  test('is kept no longer when it cannot be pinned', async () => {
    using world = await supplied();
    const broken = new Error('no room');
    const book: StateBook = { state: world.book.state, update: () => Promise.reject(broken) };
    const next = new Supply({ ...world.options, keep: 1, book });
    await expect(next.pin(world.older)).rejects.toBe(broken);
    await next.openDisk(never);
    expect(next.disk.survey).toMatchObject({ generations: [{ id: world.newer }] });
    expect(next.disk.survey.generations).toHaveLength(1);
    next.served.empty();
  });
});

describe('an old generation that cannot be removed', () => {
  test('keeps nobody from knowing of newer ones', async () => {
    using world = await supplied();
    const { directory, log } = world.options;
    const disk = createDiskCare({ directory, log, keep: 1, inUse: () => new Set([world.newer]) });
    const stuck = ({ kind, path }: DiskCall) => kind === 'rename' && path.includes(world.older);
    await onFailingDisk(world.path, stuck, () => disk.tidy());
    expect(disk.survey.generations).toMatchObject([{ id: world.newer }, { id: world.older }]);
    await disk.tidy();
    expect(disk.survey.generations).toMatchObject([{ id: world.newer }]);
  });
});
