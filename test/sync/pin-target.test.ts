import { expect, test } from 'vitest';
import { pinTarget } from '../../src/sync/pin-target.ts';

const survey = {
  generations: ['c', 'b', 'a'].map((id) => ({
    id,
    takenAtMs: 0,
    metadata: undefined,
    bytes: undefined,
    problem: undefined,
  })),
  quarantined: [],
};

test('without an id it is the generation before the current one', () => {
  expect(pinTarget(survey, 'c', undefined)).toBe('b');
  expect(pinTarget(survey, 'b', undefined)).toBe('a');
});

test('an id that is there is taken, also a newer one', () => {
  expect(pinTarget(survey, 'a', 'c')).toBe('c');
});

test.each([
  ['a', undefined, 'there is no generation before the current one'],
  [undefined, undefined, 'there is no generation before the current one'],
  ['c', 'x', 'there is no generation `x`'],
])('from %s to %s there is none', (current, wanted, message) => {
  const hint = '`oso-fallback status` lists those that are there';
  expect(() => pinTarget(survey, current, wanted)).toThrow(
    expect.objectContaining({ code: 'GENERATION_NOT_FOUND', message, hint }),
  );
});
