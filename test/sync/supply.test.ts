import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import { openDataDirectory } from '../../src/generations/data-directory.ts';
import { loadState } from '../../src/generations/load-state.ts';
import type { ScrubVerdict } from '../../src/generations/scrub-generation.ts';
import { stageGeneration } from '../../src/generations/stage-generation.ts';
import { createStateBook } from '../../src/generations/state-book.ts';
import { createAlarmBook } from '../../src/sync/alarm-book.ts';
import type { BuildResult } from '../../src/sync/build-process/job.ts';
import type { Followers } from '../../src/sync/followers.ts';
import type { StalenessPolicy } from '../../src/sync/staleness.ts';
import { type DownloadRequest, Supply, type SupplyOptions } from '../../src/sync/supply.ts';
import { silentLog } from '../../src/util/log.ts';
import { MEMORY_BYTES, publishOne, stageOptions } from '../generations/support/sample-generation.ts';
import { FACTS, TAKEN_AT_MS, temporaryDirectory } from '../snapshot/support/sample-snapshot.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';

const HOUR = 3_600_000;
const never = new AbortController().signal;

/** A directory with two generations, an hour apart, and what brings data from there. */
async function supplied(changes: Partial<SupplyOptions> & { readonly policy?: Partial<StalenessPolicy> } = {}) {
  const parent = temporaryDirectory();
  const path = parent.file('data');
  const older = await publishOne(path, { of: FACTS.slice(1) });
  const newer = await publishOne(path, { takenAtMs: TAKEN_AT_MS + HOUR });
  const directory = await openDataDirectory(path, 'test');
  const clock = new FakeClock(TAKEN_AT_MS + HOUR);
  const raised: string[] = [];
  const alarms = createAlarmBook({ log: silentLog, nowMs: () => clock.nowMs(), onAlarm: (kind) => raised.push(kind) });
  const book = createStateBook(directory, (await loadState(directory)).state);
  const { policy, ...rest } = changes;
  let changed = 0;
  const supply = new Supply({
    directory,
    book,
    alarms,
    environment: undefined,
    tenant: undefined,
    download: undefined,
    scrub: async () => ({ kind: 'scrubbed', verdicts: [] }),
    importFile: undefined,
    clock,
    uptimeMs: () => clock.monotonicMs(),
    log: silentLog,
    staleness: { maxAgeWarnMs: HOUR, maxAgeMs: 2 * HOUR, onStale: 'serve', ...policy },
    allowOlder: false,
    liveTimeoutMs: 1_000,
    keep: 3,
    memoryBytes: MEMORY_BYTES,
    onServing: () => {
      changed += 1;
    },
    ...rest,
  });
  await supply.openDisk(never);
  const served = () => supply.served.metadata?.id;
  return {
    supply,
    path,
    book,
    clock,
    raised,
    alarms,
    older: older.id,
    newer: newer.id,
    served,
    changes: () => changed,
    /** One more generation in the directory. */
    async publish(takenAtMs: number) {
      const staged = await stageGeneration(directory, stageOptions({ takenAtMs, of: FACTS.slice(2) }));
      (await staged.publish()).close();
      return staged.metadata;
    },
    [Symbol.dispose]: () => {
      supply.served.empty();
      directory.close();
      parent[Symbol.dispose]();
    },
  };
}

const damaged = async (ids: readonly string[]) => {
  const verdicts = ids.map((id): ScrubVerdict => ({ id, kind: 'damaged', message: 'a bit is wrong' }));
  return { kind: 'scrubbed' as const, verdicts };
};

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

  test('that leaves nothing whole ends the serving of it, with a reason', async () => {
    using world = await supplied({ memoryBytes: 1, scrub: damaged });
    const { disk, served } = world.supply;
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
  });

  test('is no reason to throw when the check itself fails', async () => {
    using world = await supplied({ scrub: () => Promise.reject(new Error('the build process died')) });
    await world.supply.scrub(never);
    expect(world.served()).toBe(world.newer);
  });
});

describe('what a download is told of', () => {
  async function knownAfter(scrub: SupplyOptions['scrub'], isFirst: boolean) {
    const asked: DownloadRequest[] = [];
    const download = (request: DownloadRequest) => {
      asked.push(request);
      return Promise.reject(new Error('enough'));
    };
    using world = await supplied({ scrub, download });
    await world.supply.download(never, isFirst).catch(() => {});
    return { known: asked[0]?.known, newer: world.newer };
  }

  test('is the newest content, when it is intact', async () => {
    const { known, newer } = await knownAfter(damaged, true);
    expect(known).toMatchObject({ id: newer, bytes: expect.any(Number) });
  });

  test('is nothing when a scrub found damage or could not be made', async () => {
    expect((await knownAfter(damaged, false)).known).toBeUndefined();
    expect((await knownAfter(() => Promise.reject(new Error('no')), false)).known).toBeUndefined();
  });
});

describe('room on the disk', () => {
  test('older generations go only when the next one needs their room, and what is in use stays', async () => {
    using world = await supplied();
    const { disk } = world.supply;
    const ids = () => disk.survey.generations.map(({ id }) => id);
    await disk.makeRoom(undefined);
    await disk.makeRoom(1);
    expect(ids()).toEqual([world.newer, world.older]);
    await disk.makeRoom(2 ** 52);
    expect(ids()).toEqual([world.newer]);
  });
});

describe('the file of --import', () => {
  test('that a guard refuses is an alarm that names the guard, and changes nothing', async () => {
    using world = await supplied();
    const refusal = new OsoError('GUARD_ENVIRONMENT', 'the data belong to environment `b`, but `a` is configured');
    await world.supply.importWhenNewer({ path: 'x.snapshot', build: () => Promise.reject(refusal) }, never);
    expect(world.raised).toEqual(['import_refused']);
    expect(world.alarms.alarms[0]?.message).toBe(
      'the file of --import was not taken: GUARD_ENVIRONMENT: the data belong to environment `b`, but `a` is configured',
    );
    expect(world.served()).toBe(world.newer);
  });

  test('is not looked at while a generation is pinned', async () => {
    using world = await supplied();
    await world.supply.pin(world.newer);
    const build = () => Promise.reject(new Error('must not be called'));
    await world.supply.importWhenNewer({ path: 'x.snapshot', build }, never);
    expect(world.raised).toEqual([]);
  });
});

describe('memory for one generation, not for two', () => {
  /** A node that serves from memory and gets another generation, for which there is no room beside it. */
  async function crowded(roomBytes: () => number = () => 2 ** 30) {
    using measured = await supplied();
    const memoryBytes = (measured.supply.served.memory?.residentBytes ?? 0) + 10;
    let result: BuildResult | undefined;
    const download = () => (result ? Promise.resolve(result) : Promise.reject(new Error('nothing is built yet')));
    const world = await supplied({ memoryBytes, roomBytes, download });
    const takenAtMs = TAKEN_AT_MS + 2 * HOUR;
    const { id, contentDigest } = await world.publish(takenAtMs);
    result = { kind: 'published', id, contentDigest, takenAtMs, factsEtag: undefined, alarms: [] };
    return { world, id, served: world.supply.served };
  }

  async function untilAsleep(clock: FakeClock): Promise<void> {
    while (clock.sleeping === 0) await settle();
  }

  test('the next one is read from disk until the one before has let go, then taken into memory', async () => {
    const { world, id, served } = await crowded();
    using _ = world;
    expect(served.isInMemory).toBe(true);
    const request = served.slot.acquire('key');
    const downloaded = world.supply.download(never, true);
    await untilAsleep(world.clock);
    expect([world.served(), served.isInMemory]).toEqual([id, false]);
    const age = served.ageMs ?? 0;
    request?.release();
    await world.clock.advance(2_000);
    expect(await downloaded).toBe('downloaded');
    expect([world.served(), served.isInMemory]).toEqual([id, true]);
    expect(served.ageMs).toBe(age + 2_000);
    expect(served.slot.current?.facts.factCount).toBe(FACTS.length - 2);
  });

  test('without room it stays on disk, and the next download looks again', async () => {
    let room = 0;
    const { world, id, served } = await crowded(() => room);
    using _ = world;
    const first = world.supply.download(never, true);
    await untilAsleep(world.clock);
    await world.clock.advance(2_000);
    await first;
    expect([world.served(), served.isInMemory]).toEqual([id, false]);
    room = 2 ** 30;
    const second = world.supply.download(never, true);
    await untilAsleep(world.clock);
    await world.clock.advance(2_000);
    await second.catch(() => {});
    expect([world.served(), served.isInMemory]).toEqual([id, true]);
  });

  test('what cannot be opened again is answered from disk as before', async () => {
    const { world, id, served } = await crowded();
    using _ = world;
    const downloaded = world.supply.download(never, true);
    await untilAsleep(world.clock);
    rmSync(`${world.path}/generations/${id}/policy.polar`);
    await world.clock.advance(2_000);
    expect(await downloaded).toBe('downloaded');
    expect([world.served(), served.isInMemory]).toEqual([id, false]);
    expect(served.slot.current?.facts.factCount).toBe(FACTS.length - 2);
  });
});

describe('a pin', () => {
  test('swaps to older data, is remembered, and holds newer ones back', async () => {
    using world = await supplied();
    await world.supply.pin(world.older);
    expect([world.served(), world.book.state.pinned]).toEqual([world.older, world.older]);
    await world.supply.openDisk(never);
    expect(world.served()).toBe(world.older);
  });

  test('on a generation that is gone changes nothing at runtime, and is an alarm at a start', async () => {
    using world = await supplied();
    await expect(world.supply.pin('20300101T110000000Z-0123456789ab')).rejects.toMatchObject({ code: 'INDEX_INVALID' });
    expect([world.served(), world.book.state.pinned]).toEqual([world.newer, null]);
    await world.book.update((state) => ({ ...state, pinned: '20300101T110000000Z-0123456789ab' }));
    await world.supply.openDisk(never);
    expect(world.served()).toBe(world.newer);
    expect(world.raised).toEqual(['pin']);
  });
});

describe('other threads', () => {
  /** Threads that get ready when the test says so, and what they were told. */
  function fakeFollowers() {
    const told: string[] = [];
    const waiting: { readonly id: string; resolve(): void; reject(error: Error): void }[] = [];
    let isPatient = false;
    const followers: Followers = {
      async prepare({ metadata: { id } }) {
        told.push('prepare');
        if (isPatient) await new Promise<void>((resolve, reject) => waiting.push({ id, resolve, reject }));
        return { serve: (ageMs) => told.push(`serve ${ageMs}`), discard: () => told.push('discard') };
      },
      empty: ({ code }) => told.push(`empty ${code}`),
      confirm: (ageMs) => told.push(`confirm ${ageMs}`),
    };
    const wait = () => {
      isPatient = true;
    };
    return { followers, told, waiting, wait };
  }

  test('get ready before any thread serves the data, and are told their age at that moment', async () => {
    const { followers, told, waiting, wait } = fakeFollowers();
    using world = await supplied({ followers });
    expect(told).toEqual(['prepare', 'serve 0']);
    wait();
    const pinning = world.supply.pin(world.older);
    while (waiting.length === 0) await settle();
    expect(world.served()).toBe(world.newer);
    await world.clock.advance(5_000);
    waiting[0]?.resolve();
    await pinning;
    expect(world.served()).toBe(world.older);
    expect(told.slice(2)).toEqual(['prepare', `serve ${HOUR + 5_000}`]);
    world.supply.served.confirm(world.clock.nowMs(), 7);
    world.supply.served.empty();
    expect(told.slice(4)).toEqual(['confirm 7', 'empty no_snapshot']);
  });

  test('that cannot serve the data keep every thread from it, and what was pinned before stays pinned', async () => {
    const { followers, waiting, wait } = fakeFollowers();
    using world = await supplied({ followers });
    await world.supply.pin(world.newer);
    wait();
    const pinning = world.supply.pin(world.older);
    while (waiting.length === 0) await settle();
    waiting[0]?.reject(new OsoError('INDEX_INVALID', 'the index is damaged'));
    await expect(pinning).rejects.toThrow('the index is damaged');
    expect([world.served(), world.book.state.pinned]).toEqual([world.newer, world.newer]);
    world.supply.served.slot.acquire('key')?.release();
  });

  test('get ready in vain when other data were pinned meanwhile', async () => {
    const { followers, told, waiting, wait } = fakeFollowers();
    using world = await supplied({ followers });
    await world.supply.pin(world.older);
    await world.book.update((state) => ({ ...state, pinned: null }));
    wait();
    const opening = world.supply.openDisk(never);
    while (waiting.length === 0) await settle();
    await world.book.update((state) => ({ ...state, pinned: world.older }));
    waiting[0]?.resolve();
    await opening;
    expect(world.served()).toBe(world.older);
    expect(told.at(-1)).toBe('discard');
  });

  test('that refuse a copy let the next attempt make it anew', async () => {
    const asked: DownloadRequest[] = [];
    const { followers, waiting, wait } = fakeFollowers();
    let id = '';
    using world = await supplied({
      followers,
      async download(request) {
        asked.push(request);
        return {
          kind: 'published',
          id,
          takenAtMs: TAKEN_AT_MS + 2 * HOUR,
          contentDigest: '',
          factsEtag: undefined,
          alarms: [],
        };
      },
    });
    id = (await world.publish(TAKEN_AT_MS + 2 * HOUR)).id;
    wait();
    const attempt = world.supply.download(never, true);
    while (waiting.length === 0) await settle();
    waiting[0]?.reject(new Error('the thread died'));
    await expect(attempt).rejects.toThrow('the thread died');
    const again = world.supply.download(never, true);
    while (waiting.length === 1) await settle();
    waiting[1]?.resolve();
    await again;
    expect(asked.map(({ known }) => known?.id)).toEqual([world.newer, world.newer]);
    expect(world.served()).toBe(id);
  });
});

describe('age', () => {
  test('in refuse mode turns requests away at the very moment, and readiness off', async () => {
    using world = await supplied({ policy: { onStale: 'refuse' } });
    const { slot } = world.supply.served;
    await world.clock.advance(2 * HOUR);
    slot.acquire('key')?.release();
    expect(slot.notReadyCode).toBeUndefined();
    await world.clock.advance(1);
    expect(slot.acquire('key')).toBeUndefined();
    expect(world.supply.served.unreadiness).toEqual({
      code: 'stale',
      message: 'the data are 2h old, older than --max-age 2h',
    });
    expect(slot.notReadyCode).toBe('stale');
  });

  test('does not jump with the wall clock, and is told by the data themselves', async () => {
    using world = await supplied({ policy: { onStale: 'refuse' } });
    world.clock.jumpWall(90 * 24 * HOUR);
    const pinned = world.supply.served.slot.acquire('key');
    expect(pinned?.serving.ageMs?.()).toBe(0);
    pinned?.release();
    expect(world.supply.served.skewMs).toBe(90 * 24 * HOUR);
  });

  test('is written down, and the next start begins there although the clock went back', async () => {
    using world = await supplied();
    await world.clock.advance(5 * HOUR);
    await world.supply.recordAge();
    expect(world.book.state.age).toMatchObject({ ageMs: 5 * HOUR });
    world.clock.jumpWall(-100 * HOUR);
    await world.supply.pin(world.older);
    await world.supply.pin(world.newer);
    expect(world.supply.served.ageMs).toBe(5 * HOUR);
  });
});
