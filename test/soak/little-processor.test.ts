import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { send } from '../support/http-client.ts';
import { manyFacts, ORACLE_QUESTIONS, Oracle } from './support/oracle-facts.ts';
import { createProcessorLimit, ON_ONE_CORE } from './support/processor-limit.ts';
import { ask, type Reply, startLoad } from './support/question-load.ts';
import { isFull, sized } from './support/soak-size.ts';
import { startSwapRig, TOKEN } from './support/swap-rig.ts';

/** A node that has one core, or a tenth of one, while it copies and is asked. */

const TIMEOUT_MS = sized(300_000, 3_600_000);
const portOf = (url: string) => Number(new URL(url).port);

/** Of the event loop since the last time this was asked, in milliseconds. */
async function loopDelay(port: number): Promise<{ readonly p99Ms: number; readonly mostMs: number }> {
  const { text } = await send(port, { path: '/metrics' });
  const inMs = (which: string) =>
    1_000 * Number(new RegExp(`^nodejs_eventloop_lag_${which}_seconds (.+)$`, 'mu').exec(text)?.[1]);
  return { p99Ms: inMs('p99'), mostMs: inMs('max') };
}

/** After how long a client that sends half a request is told that it took too long. */
function cutOf(port: number): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('POST /api/list HTTP/1.1\r\nHost: x\r\n'));
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      text += bytes.toString();
    });
    socket.on('end', () => {
      socket.destroy();
      if (text.startsWith('HTTP/1.1 408 ')) resolve(performance.now() - started);
      else reject(new Error(`not told: ${text}`));
    });
  });
}

function p99(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
}

test(
  'M6 on one core, copies hold up neither answers, nor the event loop, nor the ends that time puts to things',
  async ({ task, skip }) => {
    if (ON_ONE_CORE === undefined) {
      skip('no taskset here');
      return;
    }
    const others = sized(20_000, 1_000_000);
    const env = { OSO_SYNC_INTERVAL: '1h', OSO_LIVE_TIMEOUT: '120s', OSO_WORKERS: '1' };
    await using rig = await startSwapRig({ others, env, shell: ON_ONE_CORE });
    const port = portOf(rig.url);
    const [oracle, latenciesMs]: [Oracle, number[]] = [new Oracle(), []];
    const load = startLoad({
      url: rig.url,
      token: TOKEN,
      questions: ORACLE_QUESTIONS,
      connections: 4,
      perSecond: sized(50, 200),
      judge({ snapshot, status, body, elapsedMs }) {
        oracle.judge(snapshot, status, body);
        latenciesMs.push(elapsedMs);
      },
    });
    await loopDelay(port);
    const started = performance.now();
    // It waits longer than a short copy takes.
    const cut = isFull ? cutOf(port) : undefined;
    await rig.swap();
    const copyMs = performance.now() - started;
    const delay = await loopDelay(port);
    const cutMs = await cut;
    await load.stop();
    expect(oracle.wrong.slice(0, 5)).toEqual([]);
    expect(load.broken.slice(0, 5)).toEqual([]);
    expect(oracle.seen).toBe(2);
    // In the middle of the next copy.
    await ask(rig.url, { path: '/-/sync', body: '', token: TOKEN });
    const stopped = performance.now();
    rig.node.kill('SIGTERM');
    expect((await rig.node.ended).code).toBe(0);
    const stopMs = performance.now() - stopped;
    const ms = (time: number) => `${Math.round(time)} ms`;
    const slowClient = cutMs === undefined ? '' : `, a slow client cut after ${ms(cutMs)}`;
    task.meta.measured = `${others} facts copied in ${ms(copyMs)}, event loop late p99 ${ms(delay.p99Ms)}, at most ${ms(delay.mostMs)}, ${latenciesMs.length} answers p99 ${ms(p99(latenciesMs))}${slowClient}, stopped within ${ms(stopMs)}`;
    if (cutMs === undefined) return;
    expect(delay.p99Ms).toBeLessThan(50);
    // 10 s for the head of a request, and a look a second.
    expect(cutMs).toBeGreaterThan(9_000);
    expect(cutMs).toBeLessThan(12_000);
    expect(stopMs).toBeLessThan(2_000);
  },
  TIMEOUT_MS,
);

/** Every document with everybody who may read it: of a tenth of a core it takes several periods, and so it is late. */
const HARD = {
  path: '/api/evaluate_query',
  body: JSON.stringify({
    predicate: ['allow', ['reader', 'action', 'document']],
    calls: [],
    constraints: {
      reader: { type: 'User', ids: null },
      action: { type: 'String', ids: ['read'] },
      document: { type: 'Doc', ids: null },
    },
    context_facts: [],
  }),
};

/** Asks for readiness over new connections until it is stopped, and then says what was answered and how late the latest was. */
function probe(port: number): {
  stop(): Promise<{ readonly statuses: ReadonlySet<number>; readonly slowestMs: number }>;
} {
  const statuses = new Set<number>();
  let slowestMs = 0;
  let isOver = false;
  async function untilOver(): Promise<void> {
    while (!isOver) {
      const started = performance.now();
      statuses.add((await send(port, { path: '/readyz' })).status);
      slowestMs = Math.max(slowestMs, performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  const done = untilOver();
  return {
    async stop() {
      isOver = true;
      await done;
      return { statuses, slowestMs };
    },
  };
}

test(
  'M7 with a tenth of a core, a node stays ready while it copies, and what is late is 503, never a wrong answer',
  async ({ task, skip }) => {
    using limit = createProcessorLimit('oso-soak-processor', 0.1);
    if (limit === undefined) {
      skip('no processor control group can be made here');
      return;
    }
    const others = sized(20_000, 100_000);
    const env = { OSO_SYNC_INTERVAL: '1h', OSO_WORKERS: '1', OSO_QUESTION_TIMEOUT: '100ms' };
    await using rig = await startSwapRig({ others, env });
    const rows = manyRows(others);
    const oracle = new Oracle();
    const late = { hard: 0, others: 0 };
    let answered = 0;
    const judge = ({ snapshot, status, body }: Reply, place: number): void => {
      const isHard = place === 0;
      if (status === 503) late[isHard ? 'hard' : 'others'] += 1;
      else if (!isHard) oracle.judge(snapshot, status, body);
      else if (status !== 200 || rowsIn(body) !== rows) oracle.wrong.push(`status ${status}: ${body.slice(0, 200)}`);
      else answered += 1;
    };
    limit.take(rig.node.pid);
    const probes = probe(portOf(rig.url));
    const questions = [HARD, ...ORACLE_QUESTIONS];
    const load = startLoad({ url: rig.url, token: TOKEN, questions, connections: 4, perSecond: 6, judge });
    const started = performance.now();
    for (let swap = 0; swap < sized(1, 3); swap += 1) await rig.swap();
    const seconds = (performance.now() - started) / 1_000;
    await load.stop();
    const { statuses, slowestMs } = await probes.stop();
    const waits = limit.waits();
    // With whatever it has started: only then can the group go.
    rig.node.kill('SIGTERM');
    await rig.node.ended;
    task.meta.measured = `${others} facts copied in ${seconds.toFixed(1)} s, ${waits} waits for the processor, ${load.replies} questions: ${late.hard} hard ones late and ${answered} not, ${late.others} others late, 0 wrong; probes within ${Math.round(slowestMs)} ms`;
    expect(oracle.wrong.slice(0, 5)).toEqual([]);
    expect(load.broken.slice(0, 5)).toEqual([]);
    expect([...statuses]).toEqual([200]);
    expect(late.hard).toBeGreaterThan(0);
    expect(waits).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

/** What HARD has to find. */
const manyRows = (others: number) => [...manyFacts(1, others)].length;
const rowsIn = (body: string) => (JSON.parse(body) as { readonly results?: readonly unknown[] }).results?.length;
