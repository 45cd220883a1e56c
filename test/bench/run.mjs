/*
 * Runs every bench, one process each, and prints what they found as one table:
 *
 *     npm run bench -- [--facts 1000000] [--only WORD] [--dist dist] [--compare DIR] [--peers]
 *
 * `--compare DIR` measures another build beside this one, each bench with both of them one after the other: the compiled
 * project of another checkout. `--peers` measures other engines too (peers/run-peers.mjs), which it installs for that.
 */
import { spawn } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { printFigure, printHeading, verdict } from './support/print-figure.mjs';

const { values } = parseArgs({
  options: {
    facts: { type: 'string', default: '1000000' },
    only: { type: 'string', default: '' },
    dist: { type: 'string', default: 'dist' },
    compare: { type: 'string' },
    peers: { type: 'boolean', default: false },
  },
});
const { facts, dist, compare } = values;
/** A bench that hangs may not hold up the others. */
const LONGEST_MS = 300_000;
const PIECES = [
  { file: 'engine.bench.mjs', args: ['--facts', '10000'] },
  { file: 'engine.bench.mjs', args: ['--facts', facts] },
  { file: 'index-file.mjs', args: ['--facts', facts, '--ids', 'short'] },
  { file: 'index-file.mjs', args: ['--facts', facts, '--ids', 'uuid'] },
  { file: 'snapshot.bench.mjs', args: ['--facts', facts] },
  { file: 'http.bench.mjs', args: ['--facts', facts] },
  { file: 'workers.mjs', args: ['--facts', facts, '--seconds', '2'] },
  { file: 'scale.bench.mjs', args: ['--sizes', `10000,${facts}`] },
  { file: 'sync.bench.mjs', args: ['--facts', facts] },
  { file: 'lifecycle.mjs', args: ['--facts', facts] },
  { file: 'local-sql.bench.mjs', args: ['--facts', '100000'] },
  { file: 'local-sql-ids.bench.mjs', args: ['--ids', '10000'] },
  { file: 'start.bench.mjs', args: [] },
  ...(values.peers ? [{ file: 'peers/run-peers.mjs', args: ['--facts', facts] }] : []),
].filter(({ file }) => file.includes(values.only));

const missed = [];
const failed = [];
console.log(`${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, load ${loadavg()[0]?.toFixed(1)}\n`);
console.log(printHeading());
for (const [number, { file, args, forPeople = false }] of PIECES.entries()) {
  const title = `[${number + 1}/${PIECES.length}] ${file} ${args.join(' ')}`;
  const flags = (of) => (forPeople ? [] : ['--dist', of, '--json']);
  const others = new Map();
  if (compare !== undefined && !forPeople) {
    await measure(`${title} of ${compare}`, [file, ...args, ...flags(compare)], (figure) =>
      others.set(figure.name, figure),
    );
  }
  console.log(`\nnode test/bench/${[file, ...args].join(' ')}`);
  await measure(title, [file, ...args, ...flags(dist)], (figure) => {
    console.log(printFigure(figure, others.get(figure.name)));
    if (verdict(figure) === 'missed') missed.push(figure.name);
  });
}
console.log(missed.length === 0 ? '\nevery bar is met' : `\nmissed: ${missed.join('; ')}`);
if (failed.length > 0) console.log(`failed: ${failed.join('; ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/**
 * Runs one bench to its end, with a line on the terminal that tells how long it has been at it. Hands on its figures; other
 * lines are for people.
 */
async function measure(title, [file, ...args], onFigure) {
  const started = performance.now();
  const path = fileURLToPath(new URL(file, import.meta.url));
  // A group of its own: a bench that is cut short leaves none of its servers behind.
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const end = () => process.kill(-child.pid, 'SIGKILL');
  const interrupt = () => {
    end();
    process.exit(130);
  };
  const deadline = setTimeout(end, LONGEST_MS);
  process.on('SIGINT', interrupt);
  const progress = showProgress(title, started);
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text;
  });
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  for await (const line of createInterface({ input: child.stdout })) {
    progress.clear();
    if (line.startsWith('{"name"')) onFigure(JSON.parse(line));
    else console.log(line);
  }
  const outcome = await ended;
  clearTimeout(deadline);
  process.off('SIGINT', interrupt);
  progress.stop();
  if (outcome === 0) return;
  failed.push(title);
  console.error(`${title} ended with ${outcome}\n${complaints}`);
}

function showProgress(title, started) {
  if (!process.stderr.isTTY) return { clear: () => {}, stop: () => {} };
  const clear = () => process.stderr.write('\r\x1b[K');
  const show = () => {
    clear();
    process.stderr.write(`${title}, ${Math.round((performance.now() - started) / 1_000)} s`);
  };
  show();
  const timer = setInterval(show, 1_000);
  return {
    clear,
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}
