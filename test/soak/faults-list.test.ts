import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const TEXT = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');
/** How many faults of each kind there are. */
const KINDS = { N: 41, S: 38, D: 24, P: 16, C: 10, H: 28, E: 20, M: 13 };

const rows = TEXT.split('\n').flatMap((line) => {
  const [, id, proof] = /^\| ([A-Z]\d+) \|.*\| (.+) \|$/u.exec(line) ?? [];
  return id === undefined || proof === undefined ? [] : [{ id, proof }];
});

test('every fault of the list is there once, with a test or a reason', () => {
  const expected = Object.entries(KINDS).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index) => `${kind}${index + 1}`),
  );
  expect(rows.map(({ id }) => id)).toEqual(expected);
  for (const { id, proof } of rows) expect(proof.length, id).toBeGreaterThan(15);
});

test('every test that the list names exists', () => {
  const missing: string[] = [];
  let named = 0;
  for (const { id, proof } of rows) {
    for (const [, file = '', title = ''] of proof.matchAll(/`([\w/-]+\.test\.ts): ([^`]+)`/gu)) {
      named += 1;
      const path = new URL(`../${file}`, import.meta.url);
      if (!existsSync(path) || !readFileSync(path, 'utf8').includes(title)) missing.push(`${id}: ${file}: ${title}`);
    }
  }
  expect(named).toBeGreaterThan(150);
  expect(missing).toEqual([]);
});
