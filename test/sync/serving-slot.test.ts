import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Serving } from '../../src/engine/serving.ts';
import { createServingSlot } from '../../src/sync/serving-slot.ts';

/** Data that remember whether they are open; nothing else of them is looked at here. */
function data(snapshotId: string) {
  const made = { closed: 0, serving: { snapshotId } as Serving, close: () => void made.closed++ };
  return made;
}

function slot() {
  return createServingSlot({
    empty: () => ({ code: 'no_snapshot', message: 'no data yet' }),
    refused: () => undefined,
  });
}

describe('an empty slot', () => {
  test('gives nothing and says why', () => {
    const empty = slot();
    expect(empty.acquire('key')).toBeUndefined();
    expect(empty.notReadyReason).toBe('no data yet');
    expect(empty.notReadyCode).toBe('no_snapshot');
    expect(empty.current).toBeUndefined();
  });
});

describe('a swap', () => {
  test('closes the old data at once when no request uses them', () => {
    const served = slot();
    const [a, b] = [data('a'), data('b')];
    served.replace(a);
    served.acquire('key')?.release();
    served.replace(b);
    expect([a.closed, b.closed]).toEqual([1, 0]);
    expect(served.current?.snapshotId).toBe('b');
    expect(served.notReadyReason).toBe('');
  });

  test('leaves a request its data until it has let go', () => {
    const served = slot();
    const [a, b] = [data('a'), data('b')];
    served.replace(a);
    const [first, second] = [served.acquire('key'), served.acquire('key')];
    served.replace(b);
    expect(first?.serving.snapshotId).toBe('a');
    expect(served.acquire('key')?.serving.snapshotId).toBe('b');
    first?.release();
    expect(a.closed).toBe(0);
    second?.release();
    expect(a.closed).toBe(1);
  });

  test('to nothing closes what was there', () => {
    const served = slot();
    const a = data('a');
    served.replace(a);
    served.replace(undefined);
    expect(a.closed).toBe(1);
    expect(served.acquire('key')).toBeUndefined();
  });
});

test('data that may not be answered from are not given, and are again when they may', () => {
  let refusal: { code: string; message: string } | undefined = { code: 'stale', message: 'too old' };
  const served = createServingSlot({ empty: () => ({ code: 'no_snapshot', message: '' }), refused: () => refusal });
  served.replace(data('a'));
  expect(served.acquire('key')).toBeUndefined();
  expect([served.notReadyCode, served.notReadyReason]).toEqual(['stale', 'too old']);
  refusal = undefined;
  expect(served.acquire('key')?.serving.snapshotId).toBe('a');
  expect(served.notReadyCode).toBeUndefined();
});

test('letting go twice is a bug and is said', () => {
  const served = slot();
  served.replace(data('a'));
  const pinned = served.acquire('key');
  pinned?.release();
  expect(() => pinned?.release()).toThrow('released more often than acquired');
});

test('over any order of requests and swaps, data in use are open and data out of use are closed once', () => {
  const step = fc.record({ kind: fc.constantFrom('swap', 'acquire', 'release'), which: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const served = slot();
      const all = [data('0')];
      served.replace(all[0]);
      const pins: { id: string; release: () => void }[] = [];
      const take = {
        swap: () => served.replace(all[all.push(data(String(all.length))) - 1]),
        acquire: () => {
          const pinned = served.acquire('key');
          if (pinned) pins.push({ id: pinned.serving.snapshotId, release: () => pinned.release() });
        },
        release: (which: number) => pins.splice(which % Math.max(1, pins.length), 1)[0]?.release(),
      };
      for (const { kind, which } of steps) {
        take[kind](which);
        for (const { closed, serving } of all) {
          const inUse =
            serving.snapshotId === served.current?.snapshotId || pins.some(({ id }) => id === serving.snapshotId);
          expect(closed).toBe(inUse ? 0 : 1);
        }
      }
    }),
  );
});
