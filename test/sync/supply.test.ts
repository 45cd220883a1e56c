import { rmSync, truncateSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import type { BuildResult } from '../../src/sync/build-process/job.ts';
import { type DownloadRequest, Supply, type SupplyOptions } from '../../src/sync/supply.ts';
import { FACTS, TAKEN_AT_MS } from '../snapshot/support/sample-snapshot.ts';
import { requestWith } from '../support/engine-world.ts';
import { type FakeClock, settle } from '../support/fake-clock.ts';
import { damaged, HOUR, supplied } from './support/supplied.ts';

const never = new AbortController().signal;

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

describe('what a download is told of data that are not served', () => {
  async function asked(changes: Partial<SupplyOptions>, act: (supply: Supply, older: string) => Promise<void>) {
    const requests: DownloadRequest[] = [];
    const download = (request: DownloadRequest) => {
      requests.push(request);
      return Promise.reject(new Error('enough'));
    };
    const scrub = async (ids: readonly string[]) => ({ kind: 'scrubbed' as const, verdicts: ids.map(intact) });
    using world = await supplied({ scrub, download, ...changes });
    await act(world.supply, world.older);
    await world.supply.download(never, true).catch(() => {});
    return { ...requests[0], newer: world.newer };
  }
  const intact = (id: string) => ({ id, kind: 'intact' as const, message: '' });

  test.each([{ environment: 'another' }, { tenant: 'another' }])(
    'is nothing, however intact they are, when they are not of %j',
    async (changes) => {
      expect(await asked(changes, async () => {})).toMatchObject({ known: undefined, knownFactCount: undefined });
    },
  );

  test('is the content that only a pin holds back', async () => {
    const { known, newer } = await asked({}, (supply, older) => supply.pin(older));
    expect(known).toMatchObject({ id: newer });
  });

  test('is nothing when their disk did not give them at the start', async () => {
    const { known } = await asked({}, async (supply) => supply.served.empty());
    expect(known).toBeUndefined();
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

describe('room for what is copied', () => {
  test('is made by the size of what lies there when the newest is not whole', async () => {
    const download = () => Promise.reject(new Error('enough'));
    using world = await supplied({ scrub: damaged, download });
    // More than any disk has free, and a hole: it takes no room.
    truncateSync(`${world.path}/generations/${world.older}/facts.index`, 2 ** 43);
    await world.publish(TAKEN_AT_MS - HOUR);
    await world.supply.disk.tidy();
    await world.supply.download(never, false).catch(() => {});
    expect(world.supply.disk.survey.generations.map(({ id }) => id)).toEqual([world.older]);
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
    result = { kind: 'published', id, contentDigest, takenAtMs, sourceAgeMs: 0, factsEtag: undefined, alarms: [] };
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

  test('gets the plans of the data before it is served', async () => {
    using world = await supplied();
    const { slot } = world.supply.served;
    const question = {
      actor: { type: 'User', id: 'nobody' },
      action: 'unheard-of',
      resource: { type: 'Organization', id: 'none' },
    };
    expect(slot.current?.engine.authorize(question, requestWith())).toBe(false);
    const planned = slot.current?.engine.planned();
    expect(planned?.at(-1)?.args[1]).toEqual({ type: 'String', id: null });
    await world.supply.pin(world.older);
    expect(slot.current?.snapshotId).toBe(world.older);
    expect(slot.current?.engine.planned()).toEqual(planned);
  });

  test('on newer data lasts while older ones are copied because that is allowed', async () => {
    const unchanged = { alarms: [], factsEtag: undefined, sourceAgeMs: 0 };
    let older = '';
    const download = async (): Promise<BuildResult> => {
      const { id, takenAtMs, contentDigest } = await world.publish(TAKEN_AT_MS - HOUR);
      older = id;
      return { kind: 'published', id, takenAtMs, contentDigest, ...unchanged };
    };
    using world = await supplied({ allowOlder: true, download });
    await world.supply.pin(world.newer);
    await world.supply.download(never, true);
    expect(world.served()).toBe(world.newer);
    expect(world.supply.disk.survey.generations.map(({ id }) => id)).toEqual([world.newer, older]);
    await world.book.update((state) => ({ ...state, pinned: null }));
    await world.supply.download(never, true);
    expect(world.served()).toBe(older);
    expect(world.supply.disk.survey.generations.map(({ id }) => id)).toEqual([older]);
  });

  test.each(['newer', 'older'] as const)(
    'that ends gives way to what came live after it, whatever the clock dates it: %s',
    async (which) => {
      let live = '';
      const download = async (): Promise<BuildResult> => {
        const { id, takenAtMs, contentDigest } = await world.publish(TAKEN_AT_MS - HOUR);
        live = id;
        const rest = { alarms: [], factsEtag: undefined, sourceAgeMs: 0 };
        return { kind: 'published', id, takenAtMs, contentDigest, ...rest };
      };
      using world = await supplied({ download });
      const pinned = world[which];
      await world.supply.pin(pinned);
      await world.supply.download(never, true);
      expect(world.served()).toBe(pinned);
      await world.book.update((state) => ({ ...state, pinned: null }));
      await world.supply.openDisk(never);
      expect(world.served()).toBe(live);
      expect(world.supply.disk.survey.generations[0]?.id).toBe(live);
    },
  );

  test.each([
    ['served', false],
    ['found damaged, and what was pinned is the newest then', true],
  ] as const)('that ends after a restart gives way to it as well; there it is %s', async (_, isDamaged) => {
    let live = '';
    const download = async (): Promise<BuildResult> => {
      const { id, takenAtMs, contentDigest } = await world.publish(TAKEN_AT_MS + 1);
      live = id;
      return { kind: 'published', id, takenAtMs, contentDigest, alarms: [], factsEtag: undefined, sourceAgeMs: 0 };
    };
    using world = await supplied({ download });
    await world.supply.pin(world.newer);
    await world.supply.download(never, true);
    const next = new Supply(world.options);
    await next.openDisk(never);
    expect(next.served.metadata?.id).toBe(world.newer);
    if (isDamaged) rmSync(`${world.path}/generations/${live}/policy.polar`);
    await world.book.update((state) => ({ ...state, pinned: null }));
    for (const supply of [next, new Supply(world.options)]) {
      await supply.openDisk(never);
      expect(supply.served.metadata?.id).toBe(isDamaged ? world.newer : live);
      supply.served.empty();
    }
    expect(next.disk.survey.quarantined).toEqual([isDamaged ? live : world.newer]);
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

describe('data dated before those on disk', () => {
  async function copied(sourceAgeMs: number) {
    const download = async (): Promise<BuildResult> => {
      const { id, takenAtMs, contentDigest } = await world.publish(TAKEN_AT_MS - HOUR);
      return { kind: 'published', id, takenAtMs, contentDigest, sourceAgeMs, factsEtag: undefined, alarms: [] };
    };
    const world = await supplied({ download });
    await world.supply.download(never, true);
    return world;
  }

  test('are served when they come from the control plane itself, now and after a restart; the mark stays', async () => {
    using world = await copied(0);
    const mark = world.book.state.highWater;
    const { id, takenAtMs } = world.supply.served.metadata ?? {};
    expect([takenAtMs, mark?.takenAtMs]).toEqual([TAKEN_AT_MS - HOUR, TAKEN_AT_MS + HOUR]);
    expect(world.raised).toEqual(['clock_skew']);
    expect(world.supply.disk.survey).toMatchObject({ generations: [{ id }], quarantined: [world.newer] });
    await new Supply(world.options).openDisk(never);
    expect(world.served()).toBe(id);
  });

  test('are not served when they come from a copy', async () => {
    using world = await copied(1_000);
    expect(world.served()).toBe(world.newer);
    expect(world.raised).toEqual([]);
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

  test('is that of a copy and of the control plane together, and no copy adds to it that knows less', async () => {
    let sourceAgeMs = 2 * HOUR;
    const download = async ({ known }: DownloadRequest): Promise<BuildResult> => ({
      kind: 'unchanged',
      id: known?.id ?? '',
      contentDigest: known?.contentDigest ?? '',
      takenAtMs: TAKEN_AT_MS,
      sourceAgeMs,
      factsEtag: undefined,
      alarms: [],
    });
    using world = await supplied({ download });
    const { served } = world.supply;
    await world.supply.download(never, true);
    expect(served.ageMs).toBe(2 * HOUR);
    sourceAgeMs = HOUR;
    await world.supply.download(never, false);
    expect(served.ageMs).toBe(HOUR);
    // As behind one address with several nodes.
    sourceAgeMs = 3 * HOUR;
    await world.supply.download(never, false);
    expect(served.ageMs).toBe(HOUR);
  });

  test('counts from what the control plane itself has confirmed, although the data are dated later', async () => {
    const download = async ({ known }: DownloadRequest): Promise<BuildResult> => {
      const { id, contentDigest } = { id: '', contentDigest: '', ...known };
      const takenAtMs = world.clock.nowMs();
      return { kind: 'unchanged', id, contentDigest, takenAtMs, sourceAgeMs: 0, factsEtag: undefined, alarms: [] };
    };
    using world = await supplied({ download });
    world.clock.jumpWall(-100 * HOUR);
    await world.supply.download(never, true);
    // After a kill: nobody has written the age down.
    world.clock.jumpWall(5 * HOUR);
    const next = new Supply(world.options);
    await next.openDisk(never);
    expect([next.served.metadata?.id, next.served.ageMs]).toEqual([world.newer, 5 * HOUR]);
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
