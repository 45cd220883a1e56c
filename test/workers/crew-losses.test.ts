import { describe, expect, test } from 'vitest';
import { sendError } from '../../src/sync/build-process/job.ts';
import { crewOf, generation, SECOND, settleHired } from './support/played-crew.ts';

describe('a worker that dies', () => {
  test('is logged, counted, and replaced at once by one that is ready for all before it listens', async () => {
    const { crew, board, state, logged, at, serve } = crewOf(2);
    await serve('a');
    board.connections(3).opened();
    board.tick(3, { inFlight: 9, heldReplyBytes: 2_048 });
    expect([crew.listening, crew.inFlight, crew.heldReplyBytes]).toEqual([2, 9, 2_048]);
    at(1).onEnd('Error: a bug\n    at x');
    expect([crew.listening, crew.inFlight, crew.heldReplyBytes, state.restarts]).toEqual([1, 0, 0, 1]);
    expect(logged).toEqual([
      ['a worker died, and is replaced', { worker: 3, reason: 'Error: a bug\n    at x', delayMs: 0 }],
    ]);
    await crew.prepare(generation('b'));
    await settleHired();
    expect(at(2).start.number).toBe(3);
    expect(at(2).told.toSorted()).toEqual(['listen', 'prepare 1', 'prepare 2']);
    expect(crew.listening).toBe(2);
  });

  test('again and again is replaced later and later, and at once when it had settled', async () => {
    const { clock, logged, threads, at, serve, pass } = crewOf(1);
    await serve('a');
    for (let death = 0; death < 8; death++) {
      at(death).onEnd('a bug');
      await clock.advance(30 * SECOND);
    }
    const delays = () => logged.map(([, { delayMs }]) => delayMs);
    expect(delays()).toEqual([0, 1, 2, 4, 8, 16, 30, 30].map((seconds) => seconds * SECOND));
    expect(threads).toHaveLength(9);
    await pass(60, [2]);
    at(8).onEnd('a bug');
    expect(delays().at(-1)).toBe(0);
  });

  test('because it cannot serve what the others serve makes room for another', async () => {
    const { state, logged, threads, at, serve } = crewOf(1);
    state.isWilling = false;
    await serve('a');
    at(0).say({ kind: 'refused', edition: 1, error: sendError(new Error('no memory')) });
    await settleHired();
    expect(at(0).isDismissed).toBe(true);
    expect(logged[0]).toEqual([
      'a worker cannot serve what the others serve',
      { worker: 2, reason: expect.stringContaining('no memory') },
    ]);
    expect(threads).toHaveLength(2);
  });
});

describe('a worker that hangs', () => {
  test('is ended when it has not ticked for a minute of looks', async () => {
    const { state, logged, at, serve, pass } = crewOf(2);
    await serve('a');
    await pass(59, [2]);
    expect([at(0).isDismissed, at(1).isDismissed]).toEqual([false, false]);
    await pass(1, [2]);
    expect([at(0).isDismissed, at(1).isDismissed]).toEqual([false, true]);
    expect(logged[0]).toEqual(['a worker hangs, and is ended', { worker: 3 }]);
    expect(state.restarts).toBe(1);
  });

  test('before it listens is ended too', async () => {
    const { state, at, serve, pass } = crewOf(1);
    state.isWilling = false;
    await serve('a');
    at(0).say({ kind: 'prepared', edition: 1 });
    await pass(60, [2]);
    expect(at(0).isDismissed).toBe(true);
  });

  test('is not one that had nothing to listen for until now, and gets as long as any other for it', async () => {
    const { crew, state, at, serve, pass } = crewOf(1);
    await serve('a');
    crew.empty({ code: 'snapshot_invalid', message: 'the data are damaged' });
    at(0).onEnd('a bug');
    await settleHired();
    await pass(60, [2]);
    state.isWilling = false;
    const preparing = crew.prepare(generation('b'));
    at(1).say({ kind: 'prepared', edition: 2 });
    (await preparing).serve(0);
    await pass(59, [2]);
    expect([at(1).told.at(-1), at(1).isDismissed]).toEqual(['listen', false]);
    await pass(1, [2]);
    expect(at(1).isDismissed).toBe(true);
  });

  test('is not one whose whole process was stopped for a while', async () => {
    const { board, clock, at, serve } = crewOf(1);
    await serve('a');
    board.tick(2, { inFlight: 0, heldReplyBytes: 0 });
    await clock.advance(SECOND);
    // An hour in which nobody's timers ran.
    clock.jumpWall(3_600 * SECOND);
    await clock.advance(SECOND);
    expect(at(0).isDismissed).toBe(false);
  });
});
