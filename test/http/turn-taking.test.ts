import { expect, test } from 'vitest';
import { TurnTaking } from '../../src/http/turn-taking.ts';

/** As many as libuv reads from before it looks whether there are as many again. */
const READ_AT_ONCE = 1_024;
/** And so often at most before it lets the loop turn. */
const MOST_BATCHES = 48;

class Rig {
  readonly resting = new Set<number>();
  readonly #turns: (() => void)[] = [];
  readonly #taking = new TurnTaking((run) => this.#turns.push(run));

  answer(socket: number): void {
    this.#taking.answered({ pause: () => this.resting.add(socket), resume: () => this.resting.delete(socket) });
  }

  turn(): void {
    for (const run of this.#turns.splice(0)) run();
  }
}

test('no socket rests while the event loop turns', async () => {
  const rig = new Rig();
  for (let socket = 0; socket < 20_000; socket += 1) {
    rig.answer(socket);
    if (socket % 500 === 0) rig.turn();
  }
  await new Promise(process.nextTick);
  expect(rig.resting.size).toBe(0);
});

test('of two thousand that are always ready, so many rest that libuv stops reading; they go on in the next turn', async () => {
  const rig = new Rig();
  const sockets = Array.from({ length: 2_000 }, (_, socket) => socket);
  for (let turn = 0; turn < 3; turn += 1) {
    let batches = 0;
    while (batches < MOST_BATCHES) {
      const ready = sockets.filter((socket) => !rig.resting.has(socket));
      // Those that were served come to the end.
      const batch = ready.slice(0, READ_AT_ONCE);
      for (const socket of batch) {
        rig.answer(socket);
        sockets.push(...sockets.splice(sockets.indexOf(socket), 1));
      }
      await new Promise(process.nextTick);
      batches += 1;
      if (batch.length < READ_AT_ONCE) break;
    }
    expect(batches).toBeLessThanOrEqual(4);
    rig.turn();
    expect(rig.resting.size).toBe(0);
  }
});
