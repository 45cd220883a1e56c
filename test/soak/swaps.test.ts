import { expect, test } from 'vitest';
import { ORACLE_QUESTIONS, Oracle } from './support/oracle-facts.ts';
import { startLoad } from './support/question-load.ts';
import { isFull, sized } from './support/soak-size.ts';
import { startSwapRig, TOKEN, type Usage, usageOf } from './support/swap-rig.ts';

/*
 * A node copies revision after revision while it is asked. Every answer must be that of one revision, the one that its
 * header names, and memory and open files must not grow.
 */

const MIB = 1024 * 1024;

test(
  'B6 swaps under load give no wrong, mixed or failed answer, and nothing grows',
  async ({ task }) => {
    // The heap of a fresh node finds its size within some ten swaps; after them it swings with its collections, so the
    // most of one window is compared with the most of another.
    const window = sized(10, 100);
    const swaps = sized(30, 1_000);
    await using rig = await startSwapRig();
    const oracle = new Oracle();
    const [quietMs, swappingMs]: [number[], number[]] = [[], []];
    let latenciesMs = quietMs;
    const load = startLoad({
      url: rig.url,
      token: TOKEN,
      questions: ORACLE_QUESTIONS,
      connections: 8,
      perSecond: 500,
      judge({ snapshot, status, body, elapsedMs }) {
        oracle.judge(snapshot, status, body);
        latenciesMs.push(elapsedMs);
      },
    });
    while (quietMs.length < sized(100, 5_000)) await new Promise((resolve) => setTimeout(resolve, 10));
    latenciesMs = swappingMs;
    const started = performance.now();
    const usages: Usage[] = [];
    for (let swap = 0; swap < swaps; swap += 1) {
      await rig.swap();
      const usage = usageOf(rig.node.pid);
      if (usage !== undefined) usages.push(usage);
    }
    await load.stop();
    expect(oracle.wrong.slice(0, 10)).toEqual([]);
    expect(load.broken.slice(0, 10)).toEqual([]);
    expect(oracle.seen).toBeGreaterThan(swaps / 2);
    const seconds = ((performance.now() - started) / 1_000).toFixed(0);
    let growth = 'no /proc here to see memory and files';
    if (usages.length > 0) {
      const [before, after] = [mostOf(usages.slice(window, 2 * window)), mostOf(usages.slice(-window))];
      expect(Math.abs(after.files - before.files)).toBeLessThanOrEqual(5);
      expect(after.rssBytes - before.rssBytes).toBeLessThan(25 * MIB);
      const mib = (bytes: number) => Math.round(bytes / MIB);
      growth = `memory ${mib(before.rssBytes)} to ${mib(after.rssBytes)} MiB (most ${mib(mostOf(usages).rssBytes)}), files ${before.files} to ${after.files}`;
    }
    const [quiet, swapping] = [p99(quietMs), p99(swappingMs)];
    const latency = `p99 ${swapping.toFixed(1)} ms, quiet ${quiet.toFixed(1)}`;
    task.meta.measured = `${swaps} swaps in ${seconds} s, ${load.replies} answers, 0 wrong, mixed or failed; ${latency}; ${growth}`;
    if (isFull) expect(swapping).toBeLessThan(50);
  },
  sized(600_000, 3_600_000),
);

function mostOf(usages: readonly Usage[]): Usage {
  return {
    rssBytes: Math.max(...usages.map(({ rssBytes }) => rssBytes)),
    files: Math.max(...usages.map(({ files }) => files)),
  };
}

function p99(latenciesMs: number[]): number {
  const sorted = Float64Array.from(latenciesMs).sort();
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}
