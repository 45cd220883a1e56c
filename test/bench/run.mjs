/*
 * Runs every bench, one process each, and prints what they say as one report:
 *
 *     npm run bench -- [--facts 1000000] [--dist dist]
 *
 * To compare two checkouts, run it in both; the first lines say what each was measured on.
 */
import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { facts: { type: 'string', default: '1000000' }, dist: { type: 'string', default: 'dist' } },
});
const { facts, dist } = values;
const PIECES = [
  { title: 'Engine, 10,000 facts', file: 'engine.bench.mjs', args: ['10000', 'index', dist] },
  { title: `Engine, ${facts} facts`, file: 'engine.bench.mjs', args: [facts, 'index', dist] },
  { title: 'Index, short ids', file: 'index-file.mjs', args: [facts, 'short'] },
  { title: 'Index, random UUID ids', file: 'index-file.mjs', args: [facts, 'uuid'] },
  { title: 'Snapshot', file: 'snapshot.bench.mjs', args: [facts, dist] },
  { title: 'HTTP', file: 'http.bench.mjs', args: [facts, '4', dist] },
  { title: 'The whole life of a snapshot in 256 MB', file: 'lifecycle.mjs', args: ['--facts', facts] },
  { title: 'Start of a command', file: 'start.bench.mjs', args: [dist] },
];

console.log(`${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, load ${loadavg()[0]?.toFixed(1)}\n`);
for (const [number, { title, file, args }] of PIECES.entries()) {
  if (process.stderr.isTTY) process.stderr.write(`[${number + 1}/${PIECES.length}] ${title}\r`);
  const path = new URL(file, import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { encoding: 'utf8' });
  console.log(`${title} (\`node test/bench/${file} ${args.join(' ')}\`)\n${stdout.trimEnd()}\n`);
  if (status === 0) continue;
  console.error(`${stderr}${title} failed`);
  process.exitCode = 1;
}
