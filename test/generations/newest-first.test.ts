import { expect, test } from 'vitest';
import { newestFirst } from '../../src/generations/newest-first.ts';

const entries = ['d', 'c', 'b', 'a'].map((id) => ({ id }));
const order = (generation: string, by: string) => newestFirst(entries, { generation, by }).map(({ id }) => id);

test('what live data have passed stands behind those, also when they are gone, and before all that came earlier', () => {
  expect(newestFirst(entries, null)).toBe(entries);
  expect(order('d', 'b')).toEqual(['c', 'b', 'd', 'a']);
  expect(order('d', 'bb')).toEqual(['c', 'd', 'b', 'a']);
  expect(order('d', 'a')).toEqual(['c', 'b', 'a', 'd']);
  expect(order('z', 'b')).toEqual(['d', 'c', 'b', 'a']);
});
