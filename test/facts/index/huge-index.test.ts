import { expect, test, vi } from 'vitest';
import { MAX_ARRAY_BYTES } from '../../../src/facts/index/byte-source.ts';
import { openHashedIndex, openIndex } from '../../../src/facts/index/open-index.ts';
import { fact } from '../../support/fact-reader-conformance.ts';
import { buildTestIndex, readAll } from '../../support/index-files.ts';

/** An engine that makes no array as long as the index below, as Node.js 20 makes none of more than 4 GiB. */
vi.mock('node:buffer', async (load) => {
  const real = await load<typeof import('node:buffer')>();
  return { ...real, constants: { ...real.constants, MAX_LENGTH: 2 ** 19 } };
});

const FACTS = Array.from({ length: 60_000 }, (_, i) => fact('owner', ['Repo', `r${100_000 + i}`], ['User', `u${i}`]));

test('an index that is longer than any array is read from disk through the largest cache, however much memory there is', async () => {
  using built = await buildTestIndex(FACTS);
  using index = openIndex(built.path, { memoryBytes: 2 ** 30, verify: false });
  using hashed = await openHashedIndex(built.path, { memoryBytes: 2 ** 30, check: () => {} });
  expect(index.residentBytes).toBeGreaterThan(MAX_ARRAY_BYTES);
  expect([index.mode, index.memoryBytes, hashed.mode]).toEqual(['paged', MAX_ARRAY_BYTES, 'paged']);
  expect(await readAll(index)).toEqual(FACTS);
});
