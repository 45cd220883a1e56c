import { expect, test } from 'vitest';
import { OneATurn } from '../../src/http/one-a-turn.ts';

test('of many long answers one goes on in each turn of the event loop, in their order', async () => {
  const turns: (() => void)[] = [];
  const oneATurn = new OneATurn((run) => turns.push(run));
  const told: string[] = [];
  const answer = async (name: string, pieces: number) => {
    for (let piece = 0; piece < pieces; piece += 1) {
      await oneATurn.wait();
      told.push(name);
    }
  };
  const answers = Promise.all([answer('a', 3), answer('b', 2), answer('c', 1)]);
  for (let turn = 1; turn <= 6; turn += 1) {
    expect(turns).toHaveLength(1);
    turns.shift()?.();
    await new Promise(setImmediate);
    expect(told).toHaveLength(turn);
  }
  await answers;
  expect([told.join(''), turns.length]).toEqual(['abcaba', 0]);
});
