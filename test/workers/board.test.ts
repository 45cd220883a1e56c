import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/http/limits.ts';
import { countRequests, createRequestHistogram } from '../../src/metrics/request-histogram.ts';
import { Board, createBoardMemory } from '../../src/workers/board.ts';
import { shareLimits } from '../../src/workers/share-limits.ts';

/** The boards of two threads over one memory. */
function boards() {
  const memory = createBoardMemory(3);
  return [new Board(memory), new Board(memory)] as const;
}

test('what one thread says is served all see at once, with its birth', () => {
  const [first, other] = boards();
  expect(other.edition).toBe(0);
  first.serve(7, 1_234.5);
  expect([other.edition, other.bornMs(7)]).toEqual([7, 1_234.5]);
  first.serve(8, 99);
  expect([other.edition, other.bornMs(8), other.bornMs(7)]).toEqual([8, 99, 1_234.5]);
  first.empty();
  expect(other.edition).toBe(0);
});

test('connections are counted together, and those of a dead thread no more', () => {
  const [first, other] = boards();
  const [one, three] = [first.connections(1), other.connections(3)];
  expect([one.opened(), three.opened(), one.opened()]).toEqual([1, 2, 3]);
  one.closed();
  expect(three.opened()).toBe(3);
  three.turnedAway();
  first.clear(3);
  expect(one.opened()).toBe(2);
  one.turnedAway();
  expect(other.turnedAway).toBe(2);
});

test('each thread ticks and says what it has in flight, and what clients have not taken', () => {
  const [first, other] = boards();
  other.tick(2, { inFlight: 5, heldReplyBytes: 0 });
  other.tick(2, { inFlight: 4, heldReplyBytes: 5_000_000_000 });
  other.tick(3, { inFlight: 1, heldReplyBytes: 0 });
  expect([first.ticks(2), first.inFlight(2), first.ticks(3), first.inFlight(3)]).toEqual([2, 4, 1, 1]);
  expect([first.heldReplyBytes(2), first.heldReplyBytes(3)]).toEqual([4_999_999_488, 0]);
  first.clear(2);
  expect([first.ticks(2), first.inFlight(2), first.heldReplyBytes(2), first.inFlight(3)]).toEqual([2, 0, 0, 1]);
});

test('each thread has memory of its own to count requests in', () => {
  const [first, other] = boards();
  createRequestHistogram(other.memory.requests[2]).observe({ path: '/api/list', status: 200, seconds: 1 });
  expect(first.memory.requests.map(countRequests)).toEqual([0, 0, 1]);
});

test('threads share what a node grants, and each has room for the longest body', () => {
  const limits = {
    ...DEFAULT_LIMITS,
    maxInFlight: 10,
    maxBodyBytes: 10,
    maxBodyBytesInFlight: 32,
    maxReplyBytesHeld: 9,
  };
  expect(shareLimits(limits, 1)).toEqual(limits);
  expect(shareLimits(limits, 3)).toEqual({ ...limits, maxInFlight: 3, maxBodyBytesInFlight: 10, maxReplyBytesHeld: 3 });
  expect(shareLimits(limits, 2)).toEqual({ ...limits, maxInFlight: 5, maxBodyBytesInFlight: 16, maxReplyBytesHeld: 4 });
  expect(shareLimits(limits, 64)).toMatchObject({ maxInFlight: 1, maxConnections: limits.maxConnections });
});
