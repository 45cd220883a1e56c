import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createMemoryLimit } from '../bench/support/memory-limit.mjs';
import { startCli } from '../support/cli-process.ts';
import { startFakeCloud } from '../support/fake-cloud.ts';
import { send } from '../support/http-client.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { manyFacts, ORACLE_QUESTIONS, Oracle, oraclePolicy } from './support/oracle-facts.ts';
import { startLoad } from './support/question-load.ts';
import { isFull } from './support/soak-size.ts';

const TOKEN = 'e_0123456789_1_secret';
const MIB = 1024 * 1024;
const LIMIT_BYTES = 256 * MIB;
/** Of the node and the process that builds. */
const MOST_RESIDENT_BYTES = 220 * MIB;
const FACTS = 1_000_000;
const COPIES = 3;

async function copiesOf(port: number): Promise<number> {
  const { json } = await send(port, { path: '/status' });
  return (json as { generations?: readonly unknown[] }).generations?.length ?? 0;
}

test.runIf(isFull)('B8 a node with a million facts copies them under load within 256 MiB', async ({ task, skip }) => {
  const limit = createMemoryLimit('oso-soak-memory', LIMIT_BYTES);
  if (limit === undefined) {
    skip('no memory control group can be made here');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'oso-memory-'));
  const cloud = await startFakeCloud({ policy: oraclePolicy(1), facts: manyFacts(1, FACTS), token: TOKEN });
  const env = {
    OSO_API_TOKEN: TOKEN,
    OSO_ENVIRONMENT: '0123456789',
    OSO_TENANT: 'acme',
    OSO_URL: cloud.url,
    OSO_PORT: '0',
    OSO_DRAIN: '0s',
    OSO_SYNC_INTERVAL: '1s',
    OSO_LIVE_TIMEOUT: '120s',
    OSO_DIRECTORY: join(folder, 'data'),
    OSO_KEEP: '10',
  };
  try {
    // In the group from the start: a node sizes itself by its limit.
    await using node = startCli(['serve', '--json'], { env, shell: limit.enter });
    const { port } = await node.event('listening');
    await node.event('serving');
    const oracle = new Oracle();
    const latencies: number[] = [];
    let mostBytes = 0;
    const load = startLoad({
      url: `http://127.0.0.1:${port}`,
      token: TOKEN,
      questions: ORACLE_QUESTIONS,
      connections: 16,
      perSecond: 500,
      judge: ({ snapshot, status, body, elapsedMs }) => {
        oracle.judge(snapshot, status, body);
        latencies.push(elapsedMs);
      },
    });
    for (let revision = 2; revision <= COPIES + 1; revision += 1) {
      cloud.policy = oraclePolicy(revision);
      cloud.facts = manyFacts(revision, FACTS);
      while ((await copiesOf(Number(port))) < revision) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        mostBytes = Math.max(mostBytes, limit.residentBytes());
      }
    }
    await load.stop();
    expect(oracle.wrong.slice(0, 5)).toEqual([]);
    expect(load.broken.slice(0, 5)).toEqual([]);
    expect(limit.kills()).toBe(0);
    latencies.sort((a, b) => a - b);
    const p99 = latencies[Math.floor(latencies.length * 0.99)] ?? 0;
    task.meta.measured = `${FACTS} facts, ${COPIES} copies, ${load.replies} answers, 0 killed for memory, resident at most ${Math.round(mostBytes / MIB)} MiB, p99 ${Math.round(p99)} ms`;
    expect(mostBytes).toBeLessThan(MOST_RESIDENT_BYTES);
    expect(p99).toBeLessThan(50);
  } finally {
    await cloud[Symbol.asyncDispose]();
    limit.remove();
    removeFolder(folder);
  }
});
