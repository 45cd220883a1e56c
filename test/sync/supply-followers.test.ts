import { describe, expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import type { BuildResult } from '../../src/sync/build-process/job.ts';
import type { Followers } from '../../src/sync/followers.ts';
import type { DownloadRequest } from '../../src/sync/supply.ts';
import { TAKEN_AT_MS } from '../snapshot/support/sample-snapshot.ts';
import { settle } from '../support/fake-clock.ts';
import { HOUR, supplied } from './support/supplied.ts';

const never = new AbortController().signal;

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
    const { metadata } = world.supply.served;
    world.supply.served.confirm({ id: '', contentDigest: '', ...metadata }, world.clock.nowMs(), 7);
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

  test.each([
    ['nor when they refuse that', true],
    ['unless there is nothing else', false],
  ])('get ready for another pin while a copy comes, which is not served in between, %s', async (_, isServing) => {
    const { followers, told, waiting, wait } = fakeFollowers();
    let id = '';
    const download = async (): Promise<BuildResult> => ({
      kind: 'published',
      id,
      takenAtMs: TAKEN_AT_MS + 2 * HOUR,
      sourceAgeMs: 0,
      contentDigest: '',
      factsEtag: undefined,
      alarms: [],
    });
    using world = await supplied({ followers, download });
    await world.supply.pin(world.newer);
    id = (await world.publish(TAKEN_AT_MS + 2 * HOUR)).id;
    wait();
    const pinning = world.supply.pin(world.older);
    while (waiting.length === 0) await settle();
    if (!isServing) world.supply.served.empty();
    let isCopied = false;
    const attempt = world.supply.download(never, true).then(() => {
      isCopied = true;
    });
    while (!isCopied && waiting.length === 1) await settle();
    waiting[1]?.resolve();
    await attempt;
    waiting[0]?.reject(new Error('the thread died'));
    await expect(pinning).rejects.toThrow('the thread died');
    expect([world.served(), world.book.state.pinned]).toEqual([isServing ? world.newer : id, world.newer]);
    expect(told.filter((one) => one.startsWith('serve'))).toHaveLength(isServing ? 1 : 2);
  });

  test('get ready in vain for what was pinned when something else was pinned after it, or it was unpinned', async () => {
    for (const last of ['newer', undefined] as const) {
      const { followers, waiting, wait } = fakeFollowers();
      using world = await supplied({ followers });
      wait();
      const pinning = world.supply.pin(world.older);
      while (waiting.length === 0) await settle();
      const pinned = last === undefined ? null : world[last];
      await world.book.update((state) => ({ ...state, pinned }));
      waiting[0]?.resolve();
      await pinning;
      expect([world.served(), world.book.state.pinned]).toEqual([world.newer, pinned]);
    }
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
          sourceAgeMs: 0,
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
