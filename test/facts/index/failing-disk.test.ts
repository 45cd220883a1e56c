import type fs from 'node:fs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Fact } from '../../../src/facts/fact.ts';
import { buildIndex } from '../../../src/facts/index/build-index.ts';
import { fact } from '../../support/fact-reader-conformance.ts';
import { inBatches, leftovers } from '../../support/index-files.ts';
import { Random } from '../../support/random.ts';

/** A disk that says nothing of its faults: one bit of one write is changed, or one read finds less than was written. */
const disk = vi.hoisted(() => ({ writes: 0, reads: 0, badWrite: -1, emptyRead: -1 }));

vi.mock('node:fs', async (load) => {
  const real = await load<typeof fs>();
  const writeSync = (descriptor: number, bytes: Uint8Array, offset: number, length: number, at: number) => {
    if (disk.writes++ !== disk.badWrite) return real.writeSync(descriptor, bytes, offset, length, at);
    const changed = Uint8Array.from(bytes);
    const place = offset + ((disk.badWrite * 7919) % length);
    changed[place] = (changed[place] ?? 0) ^ (1 << (disk.badWrite % 8));
    return real.writeSync(descriptor, changed, offset, length, at);
  };
  const readSync = (descriptor: number, target: Uint8Array, offset: number, length: number, at: number) =>
    disk.reads++ === disk.emptyRead ? 0 : real.readSync(descriptor, target, offset, length, at);
  return { ...real, writeSync, readSync, default: { ...real, writeSync, readSync } };
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'disk-'));
  Object.assign(disk, { writes: 0, reads: 0, badWrite: -1, emptyRead: -1 });
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Enough for sorted runs, renumberings and columns to go to disk. */
const FACTS: readonly Fact[] = manyFacts(20_000);

async function build(): Promise<Buffer> {
  const path = join(directory, 'facts.index');
  await buildIndex(inBatches(FACTS, 5000), { path, temporaryDirectory: directory, memoryBytes: 0 });
  const bytes = readFileSync(path);
  rmSync(path);
  return bytes;
}

describe('a build on a failing disk', () => {
  test('makes the right index or none when one bit of a write is changed, whichever of them', async () => {
    const expected = await build();
    const writes = disk.writes;
    expect(writes).toBeGreaterThan(100);
    let tried = 0;
    let refused = 0;
    for (let write = 2; write < writes; write += 5) {
      tried++;
      Object.assign(disk, { writes: 0, badWrite: write });
      const outcome = await build().catch((error: unknown) => error);
      // Some bits are never read again, such as those of keys that turn out to be dense.
      if (outcome instanceof Buffer) expect(outcome.equals(expected), `write ${write}`).toBe(true);
      else {
        refused++;
        expect(outcome, `write ${write}`).toMatchObject({ code: 'INDEX_INVALID' });
      }
      expect(leftovers(directory), `write ${write}`).toEqual([]);
    }
    expect(refused).toBeGreaterThan(tried * 0.9);
  });

  test('makes none when a file ends before what was written to it, whichever read finds that', async () => {
    await build();
    const { reads } = disk;
    expect(reads).toBeGreaterThan(100);
    for (let read = 0; read < reads; read += Math.ceil(reads / 12)) {
      Object.assign(disk, { reads: 0, emptyRead: read });
      await expect(build(), `read ${read}`).rejects.toMatchObject({ code: 'INDEX_INVALID' });
      expect(leftovers(directory), `read ${read}`).toEqual([]);
    }
  });
});

function manyFacts(count: number): readonly Fact[] {
  const random = new Random(7);
  return Array.from({ length: count }, (_, i) =>
    fact('owner', ['Repo', `r${i}`], ['User', `u${random.below(3000)}`], ['String', `s${random.below(9)}`]),
  );
}
