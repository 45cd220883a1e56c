import { describe, expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import { sendError } from '../../src/sync/build-process/job.ts';
import { settle } from '../support/fake-clock.ts';
import { crewOf, generation, SECOND, SETTINGS, settleHired } from './support/played-crew.ts';

describe('the first data', () => {
  test('are served before there is anybody else; then workers come one by one, get ready and listen', async () => {
    const { crew, board, threads, state, at } = crewOf(2);
    state.isWilling = false;
    const prepared = await crew.prepare(generation('a'));
    expect([threads.length, board.edition]).toEqual([0, 0]);
    prepared.serve(0);
    expect([threads.length, board.edition, crew.listening]).toEqual([1, 1, 0]);
    expect(at(0).start).toMatchObject({ number: 2, listener: 17, settings: SETTINGS });
    expect(at(0).told).toEqual(['prepare 1']);
    at(0).say({ kind: 'prepared', edition: 1 });
    await settle();
    expect(at(0).told).toEqual(['prepare 1', 'listen']);
    expect(threads).toHaveLength(1);
    at(0).say({ kind: 'listening' });
    await settle();
    expect([crew.listening, threads.length, at(1).start.number]).toEqual([1, 2, 3]);
  });

  test('are served although no thread can be started; that is tried again, later and later', async () => {
    const { clock, board, logged, serve, crew } = crewOf(2, {
      listener: () => {
        throw new Error('the listening socket has no descriptor that threads could share');
      },
    });
    await serve('a');
    expect([board.edition, crew.listening]).toEqual([1, 0]);
    expect(logged.map(([, { worker, delayMs }]) => [worker, delayMs])).toEqual([
      [2, 0],
      [3, 0],
    ]);
    expect(logged[0]?.[1]['reason']).toContain('the listening socket has no descriptor');
    await clock.advance(10 * SECOND);
    expect(logged.length).toBeLessThan(12);
  });

  test('are served although the system lets no more threads begin, and the log says what to do', async () => {
    const { logged, serve } = crewOf(1, {
      listener: () => {
        throw Object.assign(new Error('EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' });
      },
    });
    await serve('a');
    expect(logged[0]?.[1]['reason']).toMatch(
      /^the system lets no more processes or threads begin \(EAGAIN\); raise the limit of processes .*`ulimit -u`/u,
    );
  });

  test('one thread alone hires nobody', async () => {
    const { crew, clock, threads, serve } = crewOf(0);
    await serve('a');
    expect([threads.length, crew.listening, clock.sleeping]).toEqual([0, 0, 0]);
    expect(await crew.drain(0, 0)).toBe('clean');
  });
});

describe('other data', () => {
  test('are served by all from one moment on, when the last worker is ready', async () => {
    const { crew, board, state, at, serve } = crewOf(2);
    await serve('a');
    state.isWilling = false;
    const preparing = crew.prepare(generation('b'));
    at(0).say({ kind: 'prepared', edition: 2 });
    await settle();
    expect(board.edition).toBe(1);
    at(1).say({ kind: 'prepared', edition: 2 });
    (await preparing).serve(40);
    expect(board.edition).toBe(2);
    expect(at(0).told.slice(-3)).toEqual(['prepare 2', 'discard 1', 'look']);
  });

  test('that come while a worker starts leave it nothing of those before', async () => {
    const { crew, state, at, serve } = crewOf(1);
    state.isWilling = false;
    await serve('a');
    const preparing = crew.prepare(generation('b'));
    for (const edition of [1, 2]) at(0).say({ kind: 'prepared', edition });
    (await preparing).serve(0);
    // Its turn to listen comes when the first data are served no more.
    expect(at(0).told).toEqual(['prepare 1', 'prepare 2', 'listen', 'discard 1', 'look']);
  });

  test('that one worker refuses are served by none', async () => {
    const { crew, board, state, at, serve } = crewOf(2);
    await serve('a');
    state.isWilling = false;
    const preparing = crew.prepare(generation('b'));
    at(0).say({ kind: 'prepared', edition: 2 });
    at(1).say({ kind: 'refused', edition: 2, error: sendError(new OsoError('INDEX_INVALID', 'it is damaged')) });
    await expect(preparing).rejects.toMatchObject({ code: 'INDEX_INVALID', message: 'it is damaged' });
    expect(board.edition).toBe(1);
    for (const worker of [0, 1]) expect(at(worker).told.at(-1)).toBe('discard 2');
  });

  test('that are not wanted any more are dropped by all', async () => {
    const { crew, board, at, serve } = crewOf(1);
    await serve('a');
    (await crew.prepare(generation('b'))).discard();
    expect([board.edition, at(0).told.at(-1)]).toEqual([1, 'discard 2']);
  });

  test('wait for the successor of a worker that dies of them, and are refused when that dies too', async () => {
    const { crew, board, clock, state, at, serve } = crewOf(1);
    await serve('a');
    state.isWilling = false;
    const first = crew.prepare(generation('b'));
    at(0).onEnd('a bug');
    await settleHired();
    expect(at(1).told).toEqual(['prepare 1', 'prepare 2']);
    at(1).say({ kind: 'prepared', edition: 1 });
    at(1).say({ kind: 'prepared', edition: 2 });
    (await first).serve(0);
    expect(board.edition).toBe(2);
    const second = crew.prepare(generation('c'));
    const refused = expect(second).rejects.toThrow('workers died of getting ready for it');
    at(1).onEnd('a bug');
    await clock.advance(SECOND);
    at(2).onEnd('a bug');
    await refused;
    expect(board.edition).toBe(2);
  });

  test('that no worker gets ready for in time are refused', async () => {
    const { crew, board, clock, state, serve } = crewOf(1);
    await serve('a');
    state.isWilling = false;
    const refused = expect(crew.prepare(generation('b'))).rejects.toThrow('a worker did not get ready in time');
    for (let seconds = 0; seconds < 121; seconds++) {
      board.tick(2, { inFlight: 0, heldReplyBytes: 0 });
      await clock.advance(SECOND);
    }
    await refused;
    expect(board.edition).toBe(1);
  });

  test('taken away are gone for all at once, with the reason', async () => {
    const { crew, board, at, serve } = crewOf(1);
    await serve('a');
    crew.empty({ code: 'snapshot_invalid', message: 'damaged' });
    expect(board.edition).toBe(0);
    expect(at(0).told.at(-2)).toBe('discard 1');
    expect(at(0).messages.at(-1)).toEqual({ kind: 'look', refusal: { code: 'snapshot_invalid', message: 'damaged' } });
    await serve('b');
    expect(board.edition).toBe(2);
  });
});

describe('what all must know', () => {
  test('the age is set right each second and at each confirmation', async () => {
    const { crew, board, clock, state, serve } = crewOf(1);
    await serve('a');
    crew.confirm(7);
    expect(clock.monotonicMs() - board.bornMs(1)).toBe(7);
    state.ageMs = 5_000;
    await clock.advance(SECOND);
    expect(clock.monotonicMs() - board.bornMs(1)).toBe(5_000);
    state.ageMs = undefined;
    await clock.advance(SECOND);
    expect(clock.monotonicMs() - board.bornMs(1)).toBe(6_000);
  });

  test('changed keys and certificates reach those that are there and those that come', async () => {
    const { crew, at, serve } = crewOf(1);
    await serve('a');
    const [clientKeys, tls] = [Buffer.from('keys'), { cert: Buffer.from('c'), key: Buffer.from('k') }];
    crew.changeAccess({ clientKeys });
    crew.changeAccess({ tls });
    expect(at(0).messages.at(-1)).toEqual({ kind: 'access', access: { clientKeys, tls } });
    at(0).onEnd('a bug');
    await settleHired();
    expect(at(1).start.access).toEqual({ clientKeys, tls });
  });

  test('what a worker logs is logged with its number, and what it asks is answered or fails', async () => {
    let asked = 0;
    const { logged, at, serve } = crewOf(1, {
      reply: async () => {
        asked += 1;
        if (asked === 1) return { kind: 'metrics', text: 'm' };
        throw new OsoError('GENERATION_NOT_FOUND', 'there is none');
      },
    });
    await serve('a');
    at(0).say({ kind: 'log', level: 'warn', message: 'careful', fields: { a: 1 } });
    at(0).say({ kind: 'ask', id: 1, question: { kind: 'metrics' } });
    at(0).say({ kind: 'ask', id: 2, question: { kind: 'pin', generation: 'x' } });
    await settle();
    expect(logged).toEqual([['careful', { a: 1, worker: 2 }]]);
    expect(at(0).messages.slice(-2)).toEqual([
      { kind: 'answer', id: 1, reply: { kind: 'metrics', text: 'm' } },
      {
        kind: 'answer',
        id: 2,
        reply: { kind: 'failed', error: expect.objectContaining({ code: 'GENERATION_NOT_FOUND' }) },
      },
    ]);
  });
});

describe('the end', () => {
  test('all drain, and one that had to cut connections is told of', async () => {
    const { crew, state, at, serve } = crewOf(2);
    await serve('a');
    state.isWilling = false;
    const draining = crew.drain(5_000, 1_000);
    expect(at(0).messages.at(-1)).toEqual({ kind: 'drain', drainMs: 5_000, forceMs: 1_000 });
    for (const [worker, outcome] of [['clean'], ['forced']].entries()) {
      at(worker).say({ kind: 'drained', outcome: outcome[0] === 'forced' ? 'forced' : 'clean' });
      await settle();
      at(worker).onEnd('it ended by itself');
    }
    expect(await draining).toBe('forced');
    expect(state.restarts).toBe(0);
  });

  test('one that does not end is ended', async () => {
    const { crew, clock, state, at, serve } = crewOf(1);
    await serve('a');
    state.isWilling = false;
    const draining = crew.drain(5_000, 1_000);
    await clock.advance(7_999);
    expect(at(0).isDismissed).toBe(false);
    await clock.advance(1);
    expect(at(0).isDismissed).toBe(true);
    expect(await draining).toBe('clean');
    expect(clock.sleeping).toBe(0);
  });

  test('nobody is hired after it, and a swap that was under way does not hold it up', async () => {
    const { crew, state, threads, at, serve } = crewOf(1);
    await serve('a');
    state.isWilling = false;
    const preparing = crew.prepare(generation('b'));
    await crew.close();
    (await preparing).discard();
    expect(at(0).isDismissed).toBe(true);
    expect([threads.length, state.restarts]).toEqual([1, 0]);
    await crew.close();
  });
});
