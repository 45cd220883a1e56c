import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WaitingLine } from '../../src/http/waiting-line.ts';

/** A line whose time passes only in answers and between turns, and which takes a turn when told. */
class Rig {
  nowMs = 0;
  readonly answered: { readonly name: string; readonly waitedMs: number }[] = [];
  readonly #turns: (() => void)[] = [];
  readonly #line = new WaitingLine({ monotonicMs: () => this.nowMs }, (run) => this.#turns.push(run));

  /** Whether it was taken. */
  ask(name: string, costMs: number, path = '/api/list'): boolean {
    if (this.#line.turnsAway(path)) return false;
    const askedMs = this.nowMs;
    this.#line.enter(path, () => {
      this.answered.push({ name, waitedMs: this.nowMs - askedMs });
      this.nowMs += costMs;
    });
    return true;
  }

  get isIdle(): boolean {
    return this.#turns.length === 0;
  }

  /** The event loop has read what there was, in `elsewhereMs`. */
  turn(elsewhereMs = 0): void {
    this.nowMs += elsewhereMs;
    for (const run of this.#turns.splice(0)) run();
  }

  /** A connection has come; its request can be read in the next turn. */
  arrive(): void {
    this.#line.arrived();
  }

  drain(): void {
    while (!this.isIdle) this.turn();
  }

  /** Makes it known that these questions cost that much. */
  learn(costMs: number, count = 64): void {
    for (let number = 0; number < count; number += 1) {
      this.ask('lesson', costMs);
      this.drain();
    }
    this.answered.length = 0;
  }

  get names(): string {
    return this.answered.map(({ name }) => name).join('');
  }
}

describe('cheap questions', () => {
  test('are answered on the spot, however many', () => {
    const rig = new Rig();
    const taken = Array.from({ length: 5_000 }, () => rig.ask('a', 0.05));
    expect(taken).not.toContain(false);
    expect(rig.answered).toHaveLength(5_000);
    expect(rig.isIdle).toBe(true);
  });

  test('are still cheap when every fourth of them is held up, as on a processor that is shared', () => {
    const rig = new Rig();
    for (let number = 0; number < 400; number += 1) {
      expect(rig.ask('a', number % 4 === 0 ? 90 : 0.05)).toBe(true);
      expect(rig.isIdle).toBe(true);
    }
    expect(rig.answered).toHaveLength(400);
  });

  test('are still cheap when one of them was held up', () => {
    const rig = new Rig();
    for (let number = 0; number < 100; number += 1) {
      rig.ask('a', number === 50 ? 100 : 0.02);
      expect(rig.answered).toHaveLength(number + 1);
    }
  });

  test('pass a line of expensive ones that is full', () => {
    const rig = new Rig();
    rig.learn(10);
    while (rig.ask('x', 10));
    expect(rig.ask('a', 0.05, '/api/authorize')).toBe(true);
    expect(rig.names).toBe('a');
  });
});

describe('expensive questions', () => {
  test('wait in line, and are answered in the order in which they came', () => {
    const rig = new Rig();
    rig.learn(4);
    for (const name of ['a', 'b', 'c', 'd']) rig.ask(name, 4);
    expect(rig.names).toBe('');
    rig.drain();
    expect(rig.names).toBe('abcd');
  });

  test('hold up the event loop no longer than a slice of 1 ms, or the one question that costs more', () => {
    const rig = new Rig();
    rig.learn(0.4);
    for (const name of ['a', 'b', 'c', 'd']) rig.ask(name, 0.4);
    rig.turn();
    expect(rig.names).toBe('abc');
    rig.turn();
    expect(rig.names).toBe('abcd');
    rig.learn(40);
    for (const name of ['e', 'f']) rig.ask(name, 40);
    rig.turn();
    expect(rig.names).toBe('e');
  });

  test('wait while connections come, of which a turn takes one, up to an eighth of the time', () => {
    const rig = new Rig();
    rig.learn(100);
    for (const name of ['a', 'b', 'c']) rig.ask(name, 100);
    rig.turn();
    expect(rig.names).toBe('a');
    for (let number = 0; number < 100; number += 1) {
      rig.arrive();
      rig.turn(0.1);
    }
    expect(rig.names).toBe('a');
    rig.turn();
    expect(rig.names).toBe('ab');
    for (let number = 0; number < 13; number += 1) {
      expect(rig.names).toBe('ab');
      rig.arrive();
      rig.turn(1);
    }
    expect(rig.names).toBe('abc');
  });

  test('get four fifths of the time when much is read between slices, up to 50 ms at a time', () => {
    const rig = new Rig();
    rig.learn(0.5);
    for (let number = 0; number < 150; number += 1) rig.ask('a', 0.5);
    rig.turn(2);
    expect(rig.answered).toHaveLength(16);
    rig.turn(20);
    expect(rig.answered).toHaveLength(116);
  });

  test('are turned away when the line would take more than 120 ms', () => {
    const rig = new Rig();
    rig.learn(2, 200);
    let taken = 0;
    while (rig.ask('x', 2)) taken += 1;
    expect(taken).toBe(61);
    rig.turn();
    expect(rig.ask('y', 2)).toBe(true);
    expect(rig.ask('z', 2)).toBe(false);
  });

  test('are turned away earlier when other work slows the line down', () => {
    const rig = new Rig();
    rig.learn(1, 200);
    for (let number = 0; number < 200; number += 1) {
      rig.ask('x', 1);
      rig.turn(2);
    }
    let taken = 0;
    while (rig.ask('x', 1)) taken += 1;
    expect(taken).toBe(41);
  });

  test('may wait, thirty-two of them, however long it takes', () => {
    const rig = new Rig();
    rig.learn(500);
    let taken = 0;
    while (rig.ask('x', 500)) taken += 1;
    expect(taken).toBe(32);
  });

  test('are answered on the spot again when they have become cheap', () => {
    const rig = new Rig();
    rig.learn(50);
    rig.learn(0.01, 200);
    rig.ask('a', 0.01);
    expect(rig.names).toBe('a');
  });

  test('one that is a thousand times as expensive shuts out others only while many wait for it', () => {
    const rig = new Rig();
    rig.learn(1, 200);
    for (let number = 0; number < 33; number += 1) expect(rig.ask('x', number === 0 ? 1_000 : 1)).toBe(true);
    rig.turn();
    expect(rig.ask('y', 1)).toBe(false);
    rig.drain();
    for (let number = 0; number < 100; number += 1) expect(rig.ask('z', 1)).toBe(true);
  });

  test('a burst right after the start is not judged by the first answer, which is slow', () => {
    const rig = new Rig();
    rig.ask('x', 50);
    for (let number = 0; number < 100; number += 1) expect(rig.ask('a', 0.01)).toBe(true);
    rig.drain();
    expect(rig.answered).toHaveLength(101);
  });
});

/** Questions come at a steady rate, with or without answers; time is that of the line. */
function overload(rig: Rig, { costMs, times, forMs }: { costMs: number; times: number; forMs: number }) {
  const everyMs = costMs / times;
  const startMs = rig.nowMs;
  let dueMs = startMs;
  let refused = 0;
  while (rig.nowMs < startMs + forMs) {
    for (; dueMs <= rig.nowMs; dueMs += everyMs) refused += rig.ask('x', costMs) ? 0 : 1;
    if (rig.isIdle) rig.nowMs = dueMs;
    else rig.turn();
  }
  return { refused, busyMs: rig.answered.length * costMs, tookMs: rig.nowMs - startMs };
}

describe('under overload', () => {
  test.each([2, 5, 20])('of %d times, it stays at work, and who is taken waits no longer than promised', (times) => {
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 20, noNaN: true }), (costMs) => {
        const rig = new Rig();
        rig.learn(costMs, 200);
        const { refused, busyMs, tookMs } = overload(rig, { costMs, times, forMs: 5_000 });
        expect(refused).toBeGreaterThan(0);
        expect(busyMs).toBeGreaterThan(tookMs * 0.98);
        // The line, and what was under way.
        const longestMs = Math.max(...rig.answered.map(({ waitedMs }) => waitedMs));
        expect(longestMs).toBeLessThan(Math.max(120, 32 * costMs) + 3 * costMs + 1);
      }),
      { numRuns: 25 },
    );
  });

  test('it is over as soon as the line is: nothing is refused at half the rate that fits', () => {
    const rig = new Rig();
    rig.learn(5, 200);
    overload(rig, { costMs: 5, times: 20, forMs: 2_000 });
    rig.drain();
    expect(overload(rig, { costMs: 5, times: 0.5, forMs: 2_000 }).refused).toBe(0);
  });
});
