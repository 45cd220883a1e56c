import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerCache } from '../../src/http/answer-cache.ts';

/** As the route does it: what is not known is worked out, and told. */
function ask(cache: AnswerCache, snapshotId: string, body: string, isAllowed: boolean): boolean | undefined {
  const bytes = Buffer.from(body);
  const known = cache.find(snapshotId, bytes);
  if (known === undefined) cache.add(bytes, isAllowed);
  return known;
}

test.each([true, false])('an answer (%s) is known from the third time on', (isAllowed) => {
  const cache = new AnswerCache();
  const known = [1, 2, 3, 4].map(() => ask(cache, 'a', 'question', isAllowed));
  expect(known).toEqual([undefined, undefined, isAllowed, isAllowed]);
});

test('answers are forgotten with their snapshot, also when it comes back', () => {
  const cache = new AnswerCache();
  for (const _ of [1, 2, 3]) ask(cache, 'a', 'question', true);
  const known = ['b', 'b', 'b'].map((snapshotId) => ask(cache, snapshotId, 'question', false));
  expect(known[0]).toBeUndefined();
  expect(known[2]).toBe(false);
  expect(ask(cache, 'a', 'question', true)).toBeUndefined();
});

test.each([
  [512, true],
  [513, undefined],
])('a body of %i bytes is kept: %s', (length, known) => {
  const cache = new AnswerCache();
  const body = 'x'.repeat(length);
  for (const _ of [1, 2]) ask(cache, 'a', body, true);
  expect(ask(cache, 'a', body, true)).toBe(known);
});

test('the empty body is one like any other', () => {
  const cache = new AnswerCache();
  for (const _ of [1, 2]) ask(cache, 'a', '', true);
  expect(ask(cache, 'a', '', false)).toBe(true);
});

test('when there is no room left it starts anew, and goes on to keep', () => {
  const cache = new AnswerCache();
  const bodies = Array.from({ length: 20_000 }, (_, number) => `${number} ${'x'.repeat(490)}`);
  const isWrong = (answer: boolean | undefined, number: number) =>
    answer !== undefined && answer !== (number % 3 === 0);
  const wrong = bodies.filter((body, number) =>
    [1, 2].map(() => ask(cache, 'a', body, number % 3 === 0)).some((answer) => isWrong(answer, number)),
  );
  expect(wrong).toEqual([]);
  const known = bodies.map((body) => cache.find('a', Buffer.from(body)));
  expect(known.slice(0, 8_000).every((answer) => answer === undefined)).toBe(true);
  const latest = known.slice(-2_000);
  expect(latest.filter((answer) => answer !== undefined).length).toBeGreaterThan(1_900);
  expect(latest.filter((answer, at) => isWrong(answer, 18_000 + at))).toEqual([]);
});

test('two bodies with one hash never share an answer', () => {
  const [first, second] = collision();
  const cache = new AnswerCache();
  expect(cache.find('a', first)).toBeUndefined();
  cache.add(first, true);
  expect(cache.find('a', second)).toBeUndefined();
  cache.add(second, false);
  // Kept at its first sight: its hash was taken for a second one, so this is a collision indeed.
  expect(cache.find('a', second)).toBe(false);
  expect(cache.find('a', first)).toBeUndefined();
});

test('of bodies with one hash, a longer one is another', () => {
  const cache = new AnswerCache();
  for (const length of [1, 2, 3, 4, 5, 255, 256, 257]) {
    for (const _ of [1, 2]) ask(cache, 'a', '\0'.repeat(length), length % 2 === 0);
  }
  for (const length of [1, 2, 3, 4, 5, 255, 256, 257]) {
    expect(cache.find('a', Buffer.alloc(length))).toBe(length % 2 === 0);
  }
});

test('whatever is asked in whatever order, what is known is what was told', () => {
  const step = fc.record({ isSwap: fc.nat(40).map((number) => number === 0), number: fc.nat(4), filler: fc.nat(3) });
  let known = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 100, maxLength: 300 }), (steps) => {
      const cache = new AnswerCache();
      let snapshot = 0;
      for (const { isSwap, number, filler } of steps) {
        if (isSwap) snapshot += 1;
        const isAllowed = (number + filler + snapshot) % 2 === 0;
        const answer = ask(cache, `${snapshot}`, `${'y'.repeat(filler)}${number}`, isAllowed);
        if (answer === undefined) continue;
        known += 1;
        expect(answer).toBe(isAllowed);
      }
    }),
    { numRuns: 100 },
  );
  expect(known).toBeGreaterThan(1_000);
});

/** Eight bytes each: the second half makes up for what the first did to the hash. */
function collision(): [Buffer, Buffer] {
  const mixed = (word: number): number => {
    const hash = Math.imul(8 ^ word, 0x9e3779b1);
    return hash ^ (hash >>> 15);
  };
  const [one, other, rest] = [0x61626364, 0x65666768, 0x696a6b6c];
  const bytesOf = (...words: number[]) => Buffer.from(Int32Array.from(words).buffer);
  return [bytesOf(one, rest), bytesOf(other, rest ^ mixed(one) ^ mixed(other))];
}
