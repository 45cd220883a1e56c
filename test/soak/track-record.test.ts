import { expect, test } from 'vitest';
import { missingProofs, readRows } from './support/read-proofs.ts';

const rows = readRows('track-record.md');

test('every bug of the track record names a test, and says whether it was seen to fail', () => {
  expect(rows.length).toBeGreaterThan(50);
  for (const { cells, proofs } of rows) {
    expect(cells, cells[0]).toHaveLength(5);
    expect(proofs.length, cells[0]).toBeGreaterThan(0);
    expect(['yes', 'no'], cells[0]).toContain(cells[4]);
  }
  expect(new Set(rows.map(({ cells }) => cells[0])).size).toBe(rows.length);
});

test('every test that the track record names exists', () => {
  expect(missingProofs(rows)).toEqual([]);
});
