import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishOne } from '../generations/support/sample-generation.ts';
import { type CliProcess, startCli } from '../support/cli-process.ts';
import { holdPort } from '../support/hold-port.ts';
import { startBalancer } from '../support/mini-balancer.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { startLoad } from './support/question-load.ts';
import { sized } from './support/soak-size.ts';

const TOKEN = 'e_0123456789_1_secret';
const POLL_MS = 100;
/** Much longer than two polls: a busy machine is late with them, and with what the balancer does then. */
const DRAIN = '4s';
const BODY = JSON.stringify({
  actor_type: 'User',
  actor_id: 'alice',
  action: 'read',
  resource_type: 'Organization',
  resource_id: 'acme',
});

async function startNode(directory: string, port: number): Promise<{ running: CliProcess; port: number }> {
  const env = { OSO_DIRECTORY: directory, OSO_PORT: `${port}`, OSO_DRAIN: DRAIN };
  const running = startCli(['serve', '--json', '--offline'], { env });
  const { port: given } = await running.event('listening');
  await running.event('serving');
  return { running, port: Number(given) };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test(
  'B7 stopping nodes behind a balancer that never tries again loses no request',
  async ({ task }) => {
    const folder = mkdtempSync(join(tmpdir(), 'oso-shutdown-'));
    const directories = ['a', 'b'].map((name) => join(folder, name));
    for (const directory of directories) await publishOne(directory);
    const nodes = await Promise.all(directories.map((directory) => startNode(directory, 0)));
    const ports = nodes.map(({ port }) => port);
    const bad: string[] = [];
    try {
      await using balancer = await startBalancer({ targets: ports, pollMs: POLL_MS, threshold: 2 });
      await until(() => balancer.healthy.length === 2);
      const load = startLoad({
        url: balancer.url,
        token: TOKEN,
        questions: [{ path: '/api/authorize', body: BODY }],
        connections: 16,
        judge: ({ status, body }) => {
          if (status !== 200 || body !== '{"allowed":true}') bad.push(`${status} ${body}`);
        },
      });
      const stops = sized(2, 20);
      for (let stop = 0; stop < stops; stop += 1) {
        const place = stop % 2;
        const before = load.replies;
        nodes[place]?.running.kill('SIGTERM');
        expect(await nodes[place]?.running.ended).toMatchObject({
          code: 0,
          stderr: expect.not.stringContaining('cut'),
        });
        expect(load.replies).toBeGreaterThan(before);
        using _held = await holdPort(ports[place] ?? 0);
        nodes[place] = await startNode(directories[place] ?? '', ports[place] ?? 0);
        await until(() => balancer.healthy.length === 2);
      }
      await load.stop();
      expect({ bad, failures: balancer.failures, broken: load.broken }).toEqual({ bad: [], failures: [], broken: [] });
      task.meta.measured = `${stops} stops under load, 0 of ${load.replies} requests failed`;
    } finally {
      for (const { running } of nodes) await running[Symbol.asyncDispose]();
      removeFolder(folder);
    }
  },
  sized(300_000, 3_600_000),
);
