import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchesOf } from './stage-facts.mjs';

const BUILD_MEMORY_BYTES = 64 * 2 ** 20;
const READ_MEMORY_BYTES = 2 ** 30;

/** A reader over an index of these facts, resident. `load` says of which build. */
export async function indexFacts(facts, load) {
  const { buildIndex } = await load('facts/index/build-index.js');
  const { openIndex } = await load('facts/index/open-index.js');
  const directory = mkdtempSync(join(tmpdir(), 'bench-index-'));
  try {
    const path = join(directory, 'facts.index');
    await buildIndex(batchesOf(facts), { path, temporaryDirectory: directory, memoryBytes: BUILD_MEMORY_BYTES });
    return openIndex(path, { memoryBytes: READ_MEMORY_BYTES, verify: false }).reader;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
