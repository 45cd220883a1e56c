import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OpenGeneration } from '../../src/generations/open-generation.ts';
import type { StalenessPolicy } from '../../src/sync/staleness.ts';
import { Board, createBoardMemory } from '../../src/workers/board.ts';
import { Editions } from '../../src/workers/thread/editions.ts';
import { FakeClock } from '../support/fake-clock.ts';

const HOUR = 3_600_000;

/** Data that say which they are and whether they are closed. */
function generation(id: string, closed: string[]): OpenGeneration {
  const parts = {
    metadata: { id, environment: `of ${id}` },
    serving: { snapshotId: id },
    close: () => closed.push(id),
  };
  return parts as unknown as OpenGeneration;
}

function editions(policy: Partial<StalenessPolicy> = {}) {
  const board = new Board(createBoardMemory(2));
  const clock = new FakeClock();
  const closed: string[] = [];
  const changes: string[] = [];
  const held = new Editions({
    board,
    clock,
    staleness: { maxAgeWarnMs: HOUR, maxAgeMs: 2 * HOUR, onStale: 'serve', ...policy },
    onChange: ({ environment }) => changes.push(environment),
  });
  return { board, clock, closed, changes, held, add: (n: number, id: string) => held.add(n, generation(id, closed)) };
}

const STEPS = ['prepare', 'serve', 'discard', 'acquire', 'release', 'look'] as const;

describe('a worker', () => {
  test('answers from what the board says at the very moment a request begins', () => {
    const { board, held, add, changes, closed } = editions();
    add(1, 'a');
    expect(held.source.acquire('key')).toBeUndefined();
    board.serve(1, 0);
    const first = held.source.acquire('key');
    expect(first?.serving.snapshotId).toBe('a');
    expect(held.current?.snapshotId).toBe('a');
    add(2, 'b');
    expect(held.current?.snapshotId).toBe('a');
    expect(held.source.acquire('key')?.serving.snapshotId).toBe('a');
    board.serve(2, 0);
    expect(held.source.acquire('key')?.serving.snapshotId).toBe('b');
    expect(changes).toEqual(['of a', 'of b']);
    expect(closed).toEqual([]);
  });

  test('lets go of what was left when its last request has, also when nobody asks it', () => {
    const { board, held, add, closed } = editions();
    add(1, 'a');
    board.serve(1, 0);
    const pinned = held.source.acquire('key');
    add(2, 'b');
    board.serve(2, 0);
    held.look();
    expect(closed).toEqual([]);
    pinned?.release();
    expect(closed).toEqual(['a']);
    board.empty();
    held.look({ code: 'no_snapshot', message: 'the node is stopping' });
    expect(closed).toEqual(['a', 'b']);
  });

  test('drops what will not be served', () => {
    const { board, held, add, closed } = editions();
    add(1, 'a');
    held.discard(1);
    held.discard(2);
    expect(closed).toEqual(['a']);
    board.serve(1, 0);
    expect(held.source.acquire('key')).toBeUndefined();
  });

  test('drops what was left before it came to serve it, and keeps what it serves until it has looked', () => {
    const { board, held, add, closed } = editions();
    add(1, 'a');
    board.serve(1, 0);
    add(2, 'b');
    board.serve(2, 0);
    held.discard(1);
    expect(closed).toEqual(['a']);
    held.look();
    board.empty();
    held.discard(2);
    expect(closed).toEqual(['a']);
    held.look();
    expect(closed).toEqual(['a', 'b']);
  });

  test('is not ready without data, and says what it was told', () => {
    const { board, held, add } = editions();
    expect(held.unreadiness).toEqual({ code: 'no_snapshot', message: 'the node is starting' });
    add(1, 'a');
    board.serve(1, 0);
    expect(held.unreadiness).toBeUndefined();
    expect(held.source.notReadyCode).toBeUndefined();
    board.empty();
    held.look({ code: 'snapshot_invalid', message: 'the data were damaged' });
    expect(held.unreadiness).toEqual({ code: 'snapshot_invalid', message: 'the data were damaged' });
    expect(held.source.acquire('key')).toBeUndefined();
    expect([held.source.notReadyCode, held.source.notReadyReason]).toEqual([
      'snapshot_invalid',
      'the data were damaged',
    ]);
  });

  test('tells the age that the board gives, never negative, and follows a confirmation', async () => {
    const { board, clock, held, add } = editions();
    add(1, 'a');
    board.serve(1, clock.monotonicMs() - 5_000);
    const { serving } = held.source.acquire('key') ?? {};
    await clock.advance(1_000);
    expect(serving?.ageMs?.()).toBe(6_000);
    board.setBirth(1, clock.monotonicMs() - 10);
    expect(serving?.ageMs?.()).toBe(10);
    board.setBirth(1, clock.monotonicMs() + 50);
    expect(serving?.ageMs?.()).toBe(0);
  });

  test.each([
    ['serve', true, true],
    ['unready', true, false],
    ['refuse', false, false],
  ] as const)('with --on-stale %s answers from stale data: %s, and is ready: %s', async (onStale, answers, ready) => {
    const { board, clock, held, add } = editions({ onStale });
    add(1, 'a');
    board.serve(1, 0);
    await clock.advance(2 * HOUR);
    expect([held.source.acquire('key') !== undefined, held.unreadiness]).toEqual([true, undefined]);
    await clock.advance(1);
    expect(held.source.acquire('key') !== undefined).toBe(answers);
    const stale = { code: 'stale', message: 'the data are 2h old, older than --max-age 2h' };
    expect(held.unreadiness).toEqual(ready ? undefined : stale);
    expect(held.source.notReadyCode).toBe(answers ? undefined : 'stale');
  });

  test('over any order of swaps and requests, no request gets other data than the board says, and all close once', () => {
    /** As the first thread does: what is left is dropped by those that never came to serve it. */
    const serve = ({ board, held }: Pick<ReturnType<typeof editions>, 'board' | 'held'>, edition: number) => {
      const left = board.edition;
      board.serve(edition, 0);
      if (left !== edition) held.discard(left);
    };
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...STEPS), { maxLength: 60 }), (steps) => {
        const { board, held, add, closed } = editions();
        const ready: number[] = [];
        const pinned: { release(): void }[] = [];
        let made = 0;
        const acts: Record<(typeof STEPS)[number], () => void> = {
          prepare: () => {
            made += 1;
            add(made, `g${made}`);
            ready.push(made);
          },
          serve: () => serve({ board, held }, ready.shift() ?? board.edition),
          discard: () => held.discard(ready.shift() ?? 0),
          acquire: () => {
            const got = held.source.acquire('key');
            expect(got?.serving.snapshotId).toBe(board.edition === 0 ? undefined : `g${board.edition}`);
            if (got !== undefined) pinned.push(got);
          },
          release: () => pinned.shift()?.release(),
          look: () => held.look(),
        };
        for (const step of steps) acts[step]();
        for (const request of pinned) request.release();
        for (const edition of ready) held.discard(edition);
        serve({ board, held }, 0);
        held.look();
        expect(closed.toSorted()).toEqual(Array.from({ length: made }, (_, at) => `g${at + 1}`).toSorted());
      }),
    );
  });
});
