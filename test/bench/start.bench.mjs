/*
 * How long commands take to start, in times of `node -e 0`: `node test/bench/start.bench.mjs [dist]`. The commands take
 * turns; medians of processor time.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROUNDS = 9;
const cli = resolve(process.argv[2] ?? 'dist', 'bin/oso-fallback.js');
const directory = mkdtempSync(join(tmpdir(), 'start-bench-'));
const commands = {
  'node -e 0': ['-e', '0'],
  '--version': [cli, '--version'],
  status: [cli, 'status', '--directory', directory, '--port', '1'],
};
const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, args] of Object.entries(commands)) {
    const seconds = childSeconds(args);
    if (round > 0) times[name].push(seconds);
  }
}
rmSync(directory, { recursive: true });
const median = (name) => times[name].sort((a, b) => a - b)[ROUNDS >> 1];
for (const name of Object.keys(commands)) {
  const ratio = (median(name) / median('node -e 0')).toFixed(2);
  console.log(`${name.padEnd(10)} ${(median(name) * 1000).toFixed(0).padStart(5)} ms of CPU, ${ratio} × node -e 0`);
}

/** Processor time of node with these arguments. */
function childSeconds(args) {
  const script = '"$0" "$@" > /dev/null 2>&1; times';
  const output = execFileSync('bash', ['-c', script, process.execPath, ...args], { encoding: 'utf8' });
  const [, ofChildren = ''] = output.split('\n');
  const parts = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}
