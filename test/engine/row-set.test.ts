import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowSet } from '../../src/engine/row-set.ts';

test('a set of rows keeps each row once, in the order they came', () => {
  const widths = fc.integer({ min: 0, max: 4 });
  const property = fc.property(
    widths.chain((width) =>
      fc.array(fc.array(fc.integer({ min: -3, max: 40 }), { minLength: width, maxLength: width })),
    ),
    (rows) => {
      const set = new RowSet(rows[0]?.length ?? 0);
      const kept = new Map<string, number>();
      for (const row of rows) {
        const expected = kept.get(row.join()) ?? kept.size;
        expect(set.find(row)).toBe(kept.has(row.join()) ? expected : -1);
        expect(set.add(row)).toBe(expected);
        kept.set(row.join(), expected);
      }
      expect(set.size).toBe(kept.size);
      for (const row of rows) {
        const number = set.find(row);
        expect(row.map((_, column) => set.at(number, column))).toEqual(row);
      }
    },
  );
  fc.assert(property);
});

test('a set of rows grows to a hundred thousand', () => {
  const set = new RowSet(2);
  const numbers = Array.from({ length: 100_000 }, (_, number) => number);
  expect(numbers.filter((number) => set.add([number, -number]) !== number)).toEqual([]);
  expect(set.find([99_999, -99_999])).toBe(99_999);
  expect(set.find([99_999, 99_999])).toBe(-1);
});
