import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Fact } from '../../src/facts/fact.ts';
import { publishOne } from '../generations/support/sample-generation.ts';
import { type CliProcess, startCli } from '../support/cli-process.ts';
import { send } from '../support/http-client.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { manyFacts, ORACLE_QUESTIONS, oraclePolicy, revisionOf } from './support/oracle-facts.ts';
import { ask } from './support/question-load.ts';
import { isFull, sized } from './support/soak-size.ts';
import { usageOf } from './support/swap-rig.ts';

const TOKEN = 'e_0123456789_1_secret';
const MIB = 1024 * 1024;

/** In pieces, so that nobody holds all of them. */
async function* streamed(facts: Iterable<Fact>): AsyncGenerator<Fact[]> {
  let piece: Fact[] = [];
  for (const fact of facts) {
    piece.push(fact);
    if (piece.length < 1_000) continue;
    yield piece;
    piece = [];
  }
  yield piece;
}

/** A node on this data whose control plane is dead, once it is ready, and how long that took. */
async function startReady(directory: string): Promise<{ node: CliProcess; url: string; tookMs: number }> {
  const started = performance.now();
  const node = startCli(['serve', '--json'], {
    env: {
      OSO_API_TOKEN: TOKEN,
      OSO_ENVIRONMENT: '0123456789',
      OSO_TENANT: 'acme',
      OSO_URL: 'http://127.0.0.1:1',
      OSO_PORT: '0',
      OSO_DRAIN: '0s',
      // The bars of memory are those of one thread.
      OSO_WORKERS: '1',
      OSO_DIRECTORY: directory,
    },
  });
  const port = Number((await node.event('listening'))['port']);
  while ((await send(port, { path: '/readyz' })).status !== 200) await new Promise(setImmediate);
  return { node, url: `http://127.0.0.1:${port}`, tookMs: performance.now() - started };
}

test.for([
  { name: 'no facts to speak of', count: 0, mostMib: 80 },
  { name: 'a million facts', count: sized(20_000, 1_000_000), mostMib: 150 },
])(
  'B11 with $name on disk and a dead control plane, a node is ready within 3 s of its start, and small (B8)',
  { timeout: sized(300_000, 3_600_000) },
  async ({ count, mostMib }, { task }) => {
    const folder = mkdtempSync(join(tmpdir(), 'oso-start-'));
    const directory = join(folder, 'data');
    await publishOne(directory, { policyText: oraclePolicy(1), facts: streamed(manyFacts(1, count)) });
    const times: number[] = [];
    let rssBytes = 0;
    try {
      for (let start = 0; start < sized(1, 5); start += 1) {
        const { node, url, tookMs } = await startReady(directory);
        times.push(tookMs);
        expect(revisionOf((await ask(url, { ...ORACLE_QUESTIONS[0], token: TOKEN })).body)).toBe(1);
        rssBytes = Math.max(rssBytes, usageOf(node.pid)?.rssBytes ?? 0);
        await node[Symbol.asyncDispose]();
      }
    } finally {
      removeFolder(folder);
    }
    const slowestMs = Math.max(...times);
    task.meta.measured = `${count} facts: ready within ${Math.round(slowestMs)} ms, at most ${Math.round(rssBytes / MIB)} MiB`;
    if (!isFull) return;
    expect(slowestMs).toBeLessThan(3_000);
    expect(rssBytes).toBeLessThan(mostMib * MIB);
  },
);
