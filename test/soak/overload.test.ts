import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishOne } from '../generations/support/sample-generation.ts';
import { startCli } from '../support/cli-process.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { oracleFacts, oraclePolicy } from './support/oracle-facts.ts';
import { createRig, type Load, type Outcome, type Rig } from './support/overload-rig.ts';
import { isFull, sized } from './support/soak-size.ts';

/*
 * Twice the requests that a node can answer, from clients that do not wait for each other. Everything is measured at the
 * client, from the moment at which a request was meant to be sent until its answer is there.
 */

const TOKEN = 'e_0123456789_1_secret';
const DOCUMENTS = 5_000;
const SECONDS = sized(1, 10);
/** Thousands of connections are opened one after the other, which takes a minute where much else runs. */
const TIMEOUT_MS = sized(300_000, 3_600_000);
/** How often a load is doubled that turned out to be none. */
const MOST_DOUBLINGS = 5;
/** Open files that a process may have, `unlimited` without end; node and load need some for other things. */
const MOST_CONNECTIONS = (Number(execFileSync('sh', ['-c', 'ulimit -Hn'])) || Number.POSITIVE_INFINITY) - 100;

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

async function withNode(work: (rig: Rig, port: number) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'oso-overload-'));
  const directory = join(folder, 'data');
  await publishOne(directory, { of: oracleFacts(1, DOCUMENTS), policyText: oraclePolicy(1) });
  // One event loop: what is measured is what it does when it is full.
  const env = { OSO_DIRECTORY: directory, OSO_PORT: '0', OSO_DRAIN: '0s', OSO_WORKERS: '1' };
  try {
    await using node = startCli(['serve', '--json', '--offline'], { env });
    const { port } = await node.event('listening');
    await node.event('serving');
    using rig = createRig(node.pid);
    await work(rig, Number(port));
  } finally {
    removeFolder(folder);
  }
}

const answered = ({ answers }: Outcome) => answers[200]?.count ?? 0;
const rate = (outcome: Outcome) => answered(outcome) / outcome.seconds;
const p99 = ({ answers }: Outcome, status: number) => answers[status]?.p99Ms ?? 0;
const inMs = (ms: number) => `${ms.toFixed(0)} ms`;

interface Overload {
  readonly request: string;
  /** Enough to fill the node, and how many then come. */
  readonly connections: { readonly enough: number; readonly overload: number };
  /** Whether it was more than fits. */
  readonly isOverload?: (outcome: Outcome) => boolean;
}

/**
 * The load, or twice that, or four times: what fits is measured within half a second, and who was given little of the
 * processor then may answer much more a second later.
 */
async function atMore(
  rig: Rig,
  load: Load & { readonly perSecond: number },
  isOverload: (outcome: Outcome) => boolean,
) {
  let probed = await rig.runProbed(load);
  for (let doublings = 1; doublings <= MOST_DOUBLINGS && !isFull && !isOverload(probed.outcome); doublings += 1) {
    probed = await rig.runProbed({ ...load, perSecond: load.perSecond * 2 ** doublings });
  }
  return probed;
}

/** What fits, then twice that, then at once half of it. */
async function overload(rig: Rig, port: number, { request, connections, isOverload = () => true }: Overload) {
  const enough = Math.min(connections.enough, MOST_CONNECTIONS);
  const closed = { port, request, connections: enough, seconds: SECONDS / 2 };
  await rig.run(closed);
  const capacity = rate(await rig.run(closed));
  const most = Math.min(connections.overload, MOST_CONNECTIONS);
  const twice = { port, request, connections: most, seconds: SECONDS, perSecond: 2 * capacity };
  const { outcome, kept, fresh } = await atMore(rig, twice, isOverload);
  const after = await rig.run({ ...twice, seconds: sized(1, 4), perSecond: capacity / 2 });
  const goodput = rate(outcome) / capacity;
  const measured =
    `capacity ${capacity.toFixed(0)}/s, goodput ${(goodput * 100).toFixed(0)} %, answered p99 ${inMs(p99(outcome, 200))}, ` +
    `turned away ${outcome.answers[503]?.count ?? 0} p99 ${inMs(p99(outcome, 503))}, ` +
    `without a free connection ${outcome.unsent}, load ${((100 * outcome.cpuSeconds) / outcome.seconds).toFixed(0)} % busy, ` +
    `probes within ${inMs(kept.slowestMs)} over a kept connection (${kept.count}) and ${inMs(fresh.slowestMs)} over new ones (${fresh.count}), ` +
    `recovered after ${inMs(after.lastTroubleMs)}`;
  return { outcome, kept, fresh, after, goodput, measured };
}

type Overloaded = Awaited<ReturnType<typeof overload>>;

function expectUnbroken({ outcome, after, kept, fresh }: Overloaded): void {
  expect([outcome.broken, after.broken, kept.refused, fresh.refused]).toEqual([0, 0, 0, 0]);
}

/** Says something only where nothing else runs. */
function expectInTime({ outcome, after, kept, fresh, goodput }: Overloaded): void {
  expect(goodput).toBeGreaterThan(0.9);
  expect(p99(outcome, 200)).toBeLessThan(250);
  expect(kept.slowestMs).toBeLessThan(250);
  expect(fresh.slowestMs).toBeLessThan(250);
  expect(after.lastTroubleMs).toBeLessThan(2_000);
}

test(
  'B9 at twice what fits, expensive questions are answered at capacity and in time, and the rest is turned away at once',
  async ({ task }) => {
    await withNode(async (rig, port) => {
      const connections = { enough: 8, overload: 1_000 };
      const overloaded = await overload(rig, port, {
        request: EXPENSIVE,
        connections,
        isOverload: ({ answers }) => answers[503] !== undefined,
      });
      const { outcome, after, measured } = overloaded;
      task.meta.measured = measured;
      expectUnbroken(overloaded);
      expect(Object.keys(outcome.answers)).toEqual(['200', '503']);
      if (!isFull) return;
      expect([outcome.unsent, after.unsent]).toEqual([0, 0]);
      expect(p99(outcome, 503)).toBeLessThan(50);
      expectInTime(overloaded);
    });
  },
  TIMEOUT_MS,
);

test(
  'B9 at twice what fits, cheap questions are answered at capacity and in time over as many connections as there may be',
  async ({ task }) => {
    await withNode(async (rig, port) => {
      // The same: each connection costs caches, and over so many bare `node:http` answers two thirds of what it does over 64.
      const connections = { enough: 1_900, overload: 1_900 };
      const overloaded = await overload(rig, port, {
        request: CHEAP,
        connections,
      });
      const { outcome, after, measured } = overloaded;
      task.meta.measured = measured;
      expectUnbroken(overloaded);
      expect(answered(outcome)).toBeGreaterThan(0);
      if (!isFull) return;
      expect(after.unsent).toBe(0);
      expectInTime(overloaded);
    });
  },
  TIMEOUT_MS,
);
