/*
 * Processor time that commands take to start, in times of `node -e 0`, all of them in turns:
 *
 *     node test/bench/start.bench.mjs [--dist dist] [--json]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, readBench } from './support/bench.mjs';

const { values, report } = readBench();
const ROUNDS = 9;
const BASELINE = 'node -e 0';
const cli = join(values.dist, 'bin/oso-fallback.js');
const directory = mkdtempSync(join(tmpdir(), 'start-bench-'));
const commands = [
  { name: BASELINE, args: ['-e', '0'] },
  { name: '--version', args: [cli, '--version'], bar: { most: 1.5 } },
  { name: 'status', args: [cli, 'status', '--directory', directory, '--port', '1'], bar: { most: 2.5 } },
];
const seconds = Object.fromEntries(commands.map(({ name }) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const { name, args } of commands) {
    const taken = childSeconds(args);
    if (round > 0) seconds[name].push(taken);
  }
}
rmSync(directory, { recursive: true });
const bare = median(seconds[BASELINE]);
for (const { name, bar } of commands.slice(1)) {
  const taken = median(seconds[name]);
  report({
    name: `start of ${name}`,
    figure: taken * 1_000,
    unit: 'ms of CPU',
    baseline: BASELINE,
    ratio: taken / bare,
    bar,
  });
}

/** Processor time of node with these arguments. */
function childSeconds(args) {
  const script = '"$0" "$@" > /dev/null 2>&1; times';
  const output = execFileSync('bash', ['-c', script, process.execPath, ...args], { encoding: 'utf8' });
  const [, ofChildren = ''] = output.split('\n');
  const parts = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
}
