import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishOne } from '../generations/support/sample-generation.ts';
import { startCli } from '../support/cli-process.ts';
import { send } from '../support/http-client.ts';
import { type Arrivals, measureCapacity, percentile, runOpenLoad } from './support/open-load.ts';
import { oracleFacts, oraclePolicy } from './support/oracle-facts.ts';
import { isFull, sized } from './support/soak-size.ts';

/*
 * Twice the requests that a node can answer, from clients that do not wait for each other. Everything is measured at the
 * client, from the moment at which a request was meant to be sent until its answer is there.
 */

const TOKEN = 'e_0123456789_1_secret';
const DOCUMENTS = 5_000;
const SECONDS = sized(1, 10);

/** Thousands of names are found, ten are sent: work for the node, little for who asks. */
const EXPENSIVE = post('/api/list', {
  actor_type: 'User',
  actor_id: 'bob',
  action: 'read',
  resource_type: 'Doc',
  page_size: 10,
});
/** Costs less than the HTTP around it. */
const CHEAP = post('/api/authorize', {
  actor_type: 'User',
  actor_id: 'bob',
  action: 'read',
  resource_type: 'Doc',
  resource_id: 'ballast-1',
});

function post(path: string, question: object): string {
  const body = JSON.stringify(question);
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

async function withNode(work: (port: number) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'oso-overload-'));
  const directory = join(folder, 'data');
  await publishOne(directory, { of: oracleFacts(1, DOCUMENTS), policyText: oraclePolicy(1) });
  // One event loop: what is measured is what it does when it is full.
  const env = { OSO_DIRECTORY: directory, OSO_PORT: '0', OSO_DRAIN: '0s', OSO_WORKERS: '1' };
  try {
    await using node = startCli(['serve', '--json', '--offline'], { env });
    const { port } = await node.event('listening');
    await node.event('serving');
    await work(Number(port));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Asks for readiness over a new connection each time until it is told to stop. Resolves with the slowest, in ms. */
async function probe(port: number, isOver: () => boolean): Promise<number> {
  let slowestMs = 0;
  while (!isOver()) {
    const started = performance.now();
    expect(await send(port, { path: '/readyz' })).toMatchObject({ status: 200 });
    slowestMs = Math.max(slowestMs, performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return slowestMs;
}

async function runProbed(port: number, run: Promise<Arrivals>): Promise<{ arrivals: Arrivals; probeMs: number }> {
  let isOver = false;
  const probing = probe(port, () => isOver);
  const arrivals = await run;
  isOver = true;
  return { arrivals, probeMs: await probing };
}

interface Recovery {
  readonly arrivals: Arrivals;
  /** When the last request was meant to be sent that was turned away or slow, in ms from the start. */
  readonly lastTroubleMs: number;
}

/** Half of what fits, at once after the overload. */
async function recover(port: number, request: string, perSecond: number): Promise<Recovery> {
  let lastTroubleMs = 0;
  const arrivals = await runOpenLoad({
    port,
    request,
    perSecond,
    forSeconds: sized(1, 4),
    connections: 200,
    onAnswer: (atMs, status, latencyMs) => {
      if (status !== 200 || latencyMs > 100) lastTroubleMs = Math.max(lastTroubleMs, atMs + latencyMs);
    },
  });
  return { arrivals, lastTroubleMs };
}

const of = ({ latenciesMs }: Arrivals, status: number) => latenciesMs.get(status) ?? [];
const rate = (arrivals: Arrivals) => of(arrivals, 200).length / arrivals.seconds;
const p99 = (arrivals: Arrivals, status: number) => percentile(of(arrivals, status), 0.99);

test('B9 at twice what fits, expensive questions are answered at capacity and in time, and the rest is turned away at once', async ({
  task,
}) => {
  await withNode(async (port) => {
    await measureCapacity(port, EXPENSIVE, { connections: 8, forSeconds: SECONDS / 2 });
    const capacity = await measureCapacity(port, EXPENSIVE, { connections: 8, forSeconds: SECONDS / 2 });
    const load = { port, request: EXPENSIVE, perSecond: 2 * capacity, forSeconds: SECONDS, connections: 1_000 };
    const { arrivals, probeMs } = await runProbed(port, runOpenLoad(load));
    const after = await recover(port, EXPENSIVE, capacity / 2);
    const goodput = rate(arrivals) / capacity;
    task.meta.measured =
      `capacity ${Math.round(capacity)}/s, goodput ${(goodput * 100).toFixed(0)} %, answered p99 ${p99(arrivals, 200).toFixed(0)} ms, ` +
      `turned away ${of(arrivals, 503).length} p99 ${p99(arrivals, 503).toFixed(0)} ms, probes within ${probeMs.toFixed(0)} ms, ` +
      `recovered after ${after.lastTroubleMs.toFixed(0)} ms`;
    expect([...arrivals.latenciesMs.keys()].sort()).toEqual([200, 503]);
    expect([arrivals.broken, after.arrivals.broken]).toEqual([0, 0]);
    if (!isFull) return;
    expect([arrivals.unsent, after.arrivals.unsent]).toEqual([0, 0]);
    expect(goodput).toBeGreaterThan(0.9);
    expect(p99(arrivals, 200)).toBeLessThan(250);
    expect(p99(arrivals, 503)).toBeLessThan(50);
    expect(probeMs).toBeLessThan(250);
    expect(after.lastTroubleMs).toBeLessThan(2_000);
  });
});

test('B9 at twice what fits, cheap questions are answered at capacity and in time over as many connections as there may be', async ({
  task,
}) => {
  await withNode(async (port) => {
    await measureCapacity(port, CHEAP, { connections: 64, forSeconds: SECONDS / 2 });
    const capacity = await measureCapacity(port, CHEAP, { connections: 64, forSeconds: SECONDS / 2 });
    const load = { port, request: CHEAP, perSecond: 2 * capacity, forSeconds: SECONDS, connections: 1_900 };
    const { arrivals, probeMs } = await runProbed(port, runOpenLoad(load));
    const after = await recover(port, CHEAP, capacity / 2);
    const goodput = rate(arrivals) / capacity;
    task.meta.measured =
      `capacity ${Math.round(capacity)}/s, goodput ${(goodput * 100).toFixed(0)} %, answered p99 ${p99(arrivals, 200).toFixed(0)} ms, ` +
      `turned away ${of(arrivals, 503).length}, without a free connection ${arrivals.unsent}, probes within ${probeMs.toFixed(0)} ms, recovered after ${after.lastTroubleMs.toFixed(0)} ms`;
    expect([arrivals.broken, after.arrivals.broken]).toEqual([0, 0]);
    expect(of(arrivals, 200).length).toBeGreaterThan(0);
    // How long anything takes says something only where nothing else runs.
    if (!isFull) return;
    expect(after.arrivals.unsent).toBe(0);
    expect(goodput).toBeGreaterThan(0.9);
    expect(p99(arrivals, 200)).toBeLessThan(250);
    expect(probeMs).toBeLessThan(250);
    expect(after.lastTroubleMs).toBeLessThan(2_000);
  });
});
