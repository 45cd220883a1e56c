import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishOne } from '../generations/support/sample-generation.ts';
import { startCli } from '../support/cli-process.ts';
import { send } from '../support/http-client.ts';
import { oracleFacts, oraclePolicy } from './support/oracle-facts.ts';
import { startLoad } from './support/question-load.ts';
import { isFull, sized } from './support/soak-size.ts';

const TOKEN = 'e_0123456789_1_secret';
/** An answer of some thousand names: work for the node, little for who asks. */
const QUESTION = {
  path: '/api/list',
  body: JSON.stringify({ actor_type: 'User', actor_id: 'bob', action: 'read', resource_type: 'Doc' }),
};
const DOCUMENTS = 5_000;

interface Measured {
  readonly goodPerSecond: number;
  readonly refused: number;
  readonly others: number;
  readonly slowestRefusalMs: number;
}

async function measure(url: string, connections: number, seconds: number): Promise<Measured> {
  let good = 0;
  let refused = 0;
  let others = 0;
  let slowestRefusalMs = 0;
  const started = performance.now();
  const load = startLoad({
    url,
    token: TOKEN,
    questions: [QUESTION],
    connections,
    judge: ({ status, elapsedMs }) => {
      if (status === 200) good += 1;
      else if (status === 503) refused += 1;
      else others += 1;
      if (status === 503) slowestRefusalMs = Math.max(slowestRefusalMs, elapsedMs);
    },
  });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const goodPerSecond = (good * 1_000) / (performance.now() - started);
  await load.stop();
  return { goodPerSecond, refused, others: others + load.broken.length, slowestRefusalMs };
}

test(
  'B9 with more clients than it admits a node delivers its capacity, turns the rest away, and recovers',
  async ({ task }) => {
    const folder = mkdtempSync(join(tmpdir(), 'oso-overload-'));
    const directory = join(folder, 'data');
    await publishOne(directory, { of: oracleFacts(1, DOCUMENTS), policyText: oraclePolicy(1) });
    const env = { OSO_DIRECTORY: directory, OSO_PORT: '0', OSO_DRAIN: '0s' };
    try {
      await using node = startCli(['serve', '--json', '--offline'], { env });
      const { port } = await node.event('listening');
      await node.event('serving');
      const url = `http://127.0.0.1:${port}`;
      const seconds = sized(1, 10);
      await measure(url, 50, seconds);
      const before = await measure(url, 50, seconds);
      const during = measure(url, 1_600, seconds);
      const probed = performance.now();
      expect(await send(Number(port), { path: '/readyz' })).toMatchObject({ status: 200 });
      const probeMs = performance.now() - probed;
      const overload = await during;
      const after = await measure(url, 50, seconds);
      const rate = ({ goodPerSecond }: Measured) => Math.round(goodPerSecond);
      task.meta.measured = `${rate(before)} answers/s before, ${rate(overload)} during with ${overload.refused} turned away (slowest ${Math.round(overload.slowestRefusalMs)} ms), ${rate(after)} after; probe in ${Math.round(probeMs)} ms`;
      expect([before.others, overload.others, after.others]).toEqual([0, 0, 0]);
      expect([before.refused, after.refused]).toEqual([0, 0]);
      if (isFull) {
        expect(overload.refused).toBeGreaterThan(0);
        expect(overload.goodPerSecond).toBeGreaterThan(before.goodPerSecond * 0.9);
        expect(after.goodPerSecond).toBeGreaterThan(before.goodPerSecond * 0.8);
        expect(probeMs).toBeLessThan(1_000);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  sized(120_000, 3_600_000),
);
