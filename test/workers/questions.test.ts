import { expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import { sendError } from '../../src/sync/build-process/job.ts';
import type { FromWorker } from '../../src/workers/protocol.ts';
import { replier } from '../../src/workers/replier.ts';
import { Questions } from '../../src/workers/thread/questions.ts';
import { FakeClock } from '../support/fake-clock.ts';

function asking() {
  const clock = new FakeClock();
  const posted: FromWorker[] = [];
  return { clock, posted, questions: new Questions((message) => posted.push(message), clock) };
}

test('each reply finds its question, in any order', async () => {
  const { clock, posted, questions } = asking();
  const [status, metrics] = [questions.ask({ kind: 'status' }), questions.ask({ kind: 'metrics' })];
  expect(posted).toEqual([
    { kind: 'ask', id: 1, question: { kind: 'status' } },
    { kind: 'ask', id: 2, question: { kind: 'metrics' } },
  ]);
  questions.answered(2, { kind: 'metrics', text: 'm' });
  questions.answered(1, { kind: 'status', status: { state: 'serving' } });
  questions.answered(1, { kind: 'status', status: 'again' });
  expect([await status, await metrics]).toEqual([
    { kind: 'status', status: { state: 'serving' } },
    { kind: 'metrics', text: 'm' },
  ]);
  expect(clock.sleeping).toBe(0);
});

test('what the first thread throws is thrown here, and a reply of another kind is a bug', async () => {
  const { questions } = asking();
  const pin = questions.ask({ kind: 'pin', generation: 'x' });
  questions.answered(1, { kind: 'failed', error: sendError(new OsoError('GENERATION_NOT_FOUND', 'there is none')) });
  await expect(pin).rejects.toMatchObject({ code: 'GENERATION_NOT_FOUND', message: 'there is none' });
  const sync = questions.ask({ kind: 'sync' });
  questions.answered(2, { kind: 'unpin', generation: null });
  await expect(sync).rejects.toThrow('sync was answered with unpin');
});

test('a first thread that does not answer is waited for no longer than a client waits', async () => {
  const { clock, questions } = asking();
  const status = questions.ask({ kind: 'status' });
  const pin = questions.ask({ kind: 'pin', generation: undefined });
  const late = expect(status).rejects.toMatchObject({
    code: 'SERVER_OVERLOADED',
    message: 'the node is too busy to say: try again',
  });
  await clock.advance(5_000);
  await late;
  questions.answered(1, { kind: 'status', status: 'late' });
  questions.answered(2, { kind: 'pin', generation: 'g' });
  expect(await pin).toEqual({ kind: 'pin', generation: 'g' });
});

test('who has not heard whether a generation is pinned does not try again blindly', async () => {
  const { clock, questions } = asking();
  const pin = questions.ask({ kind: 'pin', generation: undefined });
  const late = expect(pin).rejects.toMatchObject({
    code: 'SERVER_OVERLOADED',
    message: 'the node is busy, and may do it all the same: ask `oso-fallback status` before you try again',
  });
  await clock.advance(60_000);
  await late;
});

test('the first thread answers each kind of question', async () => {
  const reply = replier({
    status: () => ({ state: 'serving' }),
    metrics: async () => 'text',
    actions: { syncNow: () => 'started', pin: async (id) => id ?? 'before', unpin: async () => null },
  });
  expect(await reply({ kind: 'status' })).toEqual({ kind: 'status', status: { state: 'serving' } });
  expect(await reply({ kind: 'metrics' })).toEqual({ kind: 'metrics', text: 'text' });
  expect(await reply({ kind: 'sync' })).toEqual({ kind: 'sync', outcome: 'started' });
  expect(await reply({ kind: 'pin', generation: undefined })).toEqual({ kind: 'pin', generation: 'before' });
  expect(await reply({ kind: 'unpin' })).toEqual({ kind: 'unpin', generation: null });
});
