import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fact, FactBatch } from '../../src/facts/fact.ts';
import type { FactStream, FactSummary } from '../../src/facts/fact-sink.ts';
import { buildIndex } from '../../src/facts/index/build-index.ts';
import { type IndexFile, openIndex } from '../../src/facts/index/open-index.ts';
import type { OpenReader } from './fact-reader-conformance.ts';

/** An index file in a directory of its own. */
export interface BuiltIndex extends Disposable {
  readonly path: string;
  readonly directory: string;
  readonly summary: FactSummary;
}

export async function buildTestIndex(facts: readonly Fact[], memoryBytes = 2 ** 20): Promise<BuiltIndex> {
  const directory = mkdtempSync(join(tmpdir(), 'index-'));
  const path = join(directory, 'facts.index');
  const summary = await buildIndex(inBatches(facts), { path, temporaryDirectory: directory, memoryBytes });
  return { path, directory, summary, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}

/** Builds an index and opens it; both are gone when the reader is disposed of. */
export async function openTestIndex(facts: readonly Fact[], memory: number | 'without slots'): Promise<OpenReader> {
  const built = await buildTestIndex(facts);
  const memoryBytes = memory === 'without slots' ? wholeBytes(built.path) - 1 : memory;
  const index = openIndex(built.path, { memoryBytes, verify: true });
  return {
    reader: index.reader,
    readAll: () => readAll(index),
    [Symbol.asyncDispose]: async () => {
      index[Symbol.dispose]();
      built[Symbol.dispose]();
    },
  };
}

/** What an index takes that is all in memory. */
function wholeBytes(path: string): number {
  using index = openIndex(path, { memoryBytes: 2 ** 30, verify: false });
  return index.memoryBytes;
}

export async function readAll(index: IndexFile): Promise<readonly Fact[]> {
  const all: Fact[] = [];
  for await (const batch of index.facts()) all.push(...batch);
  return all;
}

export async function* inBatches(facts: readonly Fact[], size = 100): FactStream {
  for (let at = 0; at < facts.length; at += size) yield facts.slice(at, at + size) satisfies FactBatch;
}

/** What a directory holds beside the named files. */
export function leftovers(directory: string, ...expected: readonly string[]): readonly string[] {
  return readdirSync(directory).filter((name) => !expected.includes(name));
}
