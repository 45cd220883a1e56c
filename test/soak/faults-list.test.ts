import { expect, test } from 'vitest';
import { missingProofs, readRows } from './support/read-proofs.ts';

/** How many faults of each kind there are. */
const KINDS = { N: 41, S: 38, D: 24, P: 16, C: 10, H: 28, E: 20, M: 13 };

const rows = readRows('faults.md');

test('every fault of the list is there once, with a test or a reason', () => {
  const expected = Object.entries(KINDS).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index) => `${kind}${index + 1}`),
  );
  expect(rows.map(({ cells }) => cells[0])).toEqual(expected);
  for (const { cells } of rows) expect(cells.at(-1)?.length, cells[0]).toBeGreaterThan(15);
});

test('every test that the list names exists', () => {
  expect(rows.flatMap(({ proofs }) => proofs).length).toBeGreaterThan(150);
  expect(missingProofs(rows)).toEqual([]);
});
