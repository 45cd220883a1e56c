import { expect, test } from 'vitest';
import { listKey, listOf, listShape } from '../../src/local-sql/central-list.ts';

const row = (...ids: readonly string[]) => ids.map((id) => ({ type: 'Folder', id }));

test('lists of the same rows in any order have the same key', () => {
  const rows = Array.from({ length: 100 }, (_, id) => row(`${id}`, `${id + 1}`));
  expect(listKey(listOf(rows))).toBe(listKey(listOf(rows.toReversed())));
  expect(listKey(listOf(rows))).not.toBe(listKey(listOf(rows.slice(1))));
  expect(listKey(listOf([row('a b', 'c')]))).not.toBe(listKey(listOf([row('a', 'b c')])));
});

test('lists of other types have other keys, also where the names of types have blanks', () => {
  const typed = (...types: readonly string[]) => listOf([types.map((type) => ({ type, id: '1' }))]);
  expect(listShape(typed('A B', 'C'))).not.toBe(listShape(typed('A', 'B C')));
  expect(listKey(typed('A B', 'C'))).not.toBe(listKey(typed('A', 'B C')));
  expect(listShape(typed('A', 'B C'))).toBe(listShape(typed('A', 'B C')));
});

test('a list of more than 250,000 rows is refused', () => {
  const rows = Array.from({ length: 250_001 }, (_, id) => row(`${id}`));
  expect(() => listOf(rows)).toThrow('the SQL would have to list more than 250000 answers of central facts');
  expect(listOf(rows.slice(1)).rows).toHaveLength(250_000);
});
