import { expect, test } from 'vitest';
import { ORACLE_QUESTIONS, Oracle } from './support/oracle-facts.ts';
import { startLoad } from './support/question-load.ts';
import { startSwapRig, TOKEN, type Usage, usageOf } from './support/swap-rig.ts';

/*
 * A day with a swap a minute, in an hour, under a light load: `SOAK_HOUR=1 npm run soak -- test/soak/hour.test.ts`. A line
 * each minute says how it goes.
 */

const SWAPS = Number(process.env['SOAK_HOUR_SWAPS'] ?? 1_440);
const EVERY_MS = 2_500;
const MIB = 1024 * 1024;
/** Of a day; reliability reference, M3. */
const MOST_GROWTH_MIB = 24;

test.skipIf(process.env['SOAK_HOUR'] === undefined)(
  'M3 an hour of 1,440 swaps leaves memory and open files as they were (only with SOAK_HOUR=1)',
  async ({ task }) => {
    await using rig = await startSwapRig();
    const oracle = new Oracle();
    const load = startLoad({
      url: rig.url,
      token: TOKEN,
      questions: ORACLE_QUESTIONS,
      connections: 4,
      perSecond: 20,
      judge: ({ snapshot, status, body }) => oracle.judge(snapshot, status, body),
    });
    const samples: Usage[] = [];
    const started = performance.now();
    for (let swap = 0; swap < SWAPS; swap += 1) {
      const waitMs = started + swap * EVERY_MS - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      await rig.swap();
      const usage = usageOf(rig.node.pid);
      if (usage === undefined) continue;
      samples.push(usage);
      if (swap % 24 === 0) process.stdout.write(`swap ${swap}: ${mib(usage.rssBytes)} MiB, ${usage.files} files\n`);
    }
    await load.stop();
    const minutes = (performance.now() - started) / 60_000;
    // The first quarter is warming up.
    const settled = samples.slice(samples.length >> 2);
    const growth = {
      mib: slope(settled.map(({ rssBytes }) => rssBytes / MIB)) * settled.length,
      files: slope(settled.map(({ files }) => files)) * settled.length,
    };
    const rss = settled.map(({ rssBytes }) => rssBytes);
    task.meta.measured =
      `${SWAPS} swaps in ${minutes.toFixed(0)} min, ${load.replies} answers, 0 wrong or failed; memory ${mib(Math.min(...rss))} to ${mib(Math.max(...rss))} MiB, ` +
      `trend ${growth.mib.toFixed(1)} MiB and ${growth.files.toFixed(1)} files over the last three quarters`;
    expect(oracle.wrong.slice(0, 10)).toEqual([]);
    expect(load.broken.slice(0, 10)).toEqual([]);
    expect(growth.mib).toBeLessThan(MOST_GROWTH_MIB);
    expect(Math.abs(growth.files)).toBeLessThan(3);
  },
  2 * 3_600_000,
);

function mib(bytes: number): number {
  return Math.round(bytes / MIB);
}

/** Of the straight line that fits best, a sample. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [above, below] = [0, 0];
  for (const [at, value] of values.entries()) {
    above += (at - middle) * (value - mean);
    below += (at - middle) ** 2;
  }
  return above / below;
}
