import { expect, test } from 'vitest';
import { didYouMean } from '../../src/util/did-you-mean.ts';

test.each([
  ['raeder', ['writer', 'reader'], 'reader'],
  ['READER', ['reader'], 'reader'],
  ['admn', ['admin'], 'admin'],
  ['x', ['X'], 'X'],
  ['x', ['y'], undefined],
  ['xy', ['y'], 'y'],
  ['has_rol', ['has_relation', 'has_role'], 'has_role'],
  ['abc', ['abd', 'abe'], 'abd'],
  ['something', ['else'], undefined],
  ['cat', ['dogs'], undefined],
  ['reader', ['reade', 'reader'], undefined],
  ['anything', [], undefined],
  ['', ['a'], undefined],
])('%s among %j: %s', (word, candidates, expected) => {
  expect(didYouMean(word, candidates)).toBe(expected);
});

test('long words and long lists are not searched', () => {
  const long = 'x'.repeat(1_000_000);
  expect(didYouMean(long, [`${long}y`])).toBeUndefined();
  expect(didYouMean('reader', [long])).toBeUndefined();
  const many = Array.from({ length: 5_000 }, (_, index) => `name-${index}`);
  expect(didYouMean('raeder', [...many, 'reader'])).toBeUndefined();
  expect(didYouMean('raeder', ['reader', ...many])).toBe('reader');
});
