import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Fact } from '../../src/facts/fact.ts';
import { compareFacts } from '../../src/facts/fact-line.ts';
import { openSnapshot } from '../../src/snapshot/read-snapshot.ts';
import { verifySnapshot } from '../../src/snapshot/verify-snapshot.ts';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import { collect, contentOf, POLICY, role, temporaryDirectory } from './support/sample-snapshot.ts';

/*
 * Files that released versions wrote must be readable for ever, so this one is never made again. `UPDATE=1` writes the
 * file of a new format version when it is not there yet.
 */
const GOLDEN = join(import.meta.dirname, '../fixtures/snapshots/format-1.snapshot');

const facts: readonly Fact[] = [
  role('alice', 'acme'),
  role('bob', 'acme', 'owner'),
  role('01', 'é \u0000 "\\ 😀 \uffff'),
  { predicate: 'is_public', args: [{ type: 'Repository', id: 'anvil' }] },
  { predicate: 'maintenance', args: [] },
  {
    predicate: 'expires',
    args: [
      { type: 'User', id: 'alice' },
      { type: 'Integer', id: '-7' },
      { type: 'Boolean', id: 'true' },
      { type: 'Organization', id: 'acme' },
      { type: 'String', id: '*' },
    ],
  },
];
const content = () => contentOf(facts);

if (process.env['UPDATE'] === '1' && !existsSync(GOLDEN)) await writeSnapshot(GOLDEN, content());

test('a file of format version 1 is read as it was meant', async () => {
  expect(await verifySnapshot(GOLDEN)).toMatchObject({ ok: true, sizeBytes: readFileSync(GOLDEN).length });
  await using snapshot = await openSnapshot(GOLDEN);
  expect(snapshot.policyText).toBe(POLICY);
  expect(snapshot.manifest.contentDigest).toBe('9f483159b314ada3f486ba93147579ea1d1dc76d93647a84b238883fc7efddb9');
  expect(snapshot.manifest.facts.countBySignature).toEqual({
    'expires(User,Integer,Boolean,Organization,String)': 1,
    'has_role(User,String,Organization)': 3,
    'is_public(Repository)': 1,
    'maintenance()': 1,
  });
  expect(await collect(snapshot.facts())).toEqual([...facts].sort(compareFacts));
});

test('the writer still makes the same bytes of the same content', async () => {
  using directory = temporaryDirectory();
  await writeSnapshot(directory.file('a'), content());
  expect(readFileSync(directory.file('a')).equals(readFileSync(GOLDEN))).toBe(true);
});
