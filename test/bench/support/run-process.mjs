import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const POLL_MS = 20;

/**
 * Starts a process, under a memory limit when one is given, and watches the peak resident memory of it and its
 * children together, unless it should not: looking at all processes costs whoever makes the load a part of its time.
 */
export function startProcess(command, { limit, env = {}, stdio = ['ignore', 'pipe', 'pipe'], isWatched = true } = {}) {
  const started = performance.now();
  const argv = limit ? ['sh', '-c', `${limit.enter} exec "$@"`, 'sh', ...command] : command;
  const child = spawn(argv[0], argv.slice(1), { env: { ...process.env, ...env }, stdio });
  let peakRssBytes = 0;
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const watch = () => {
    peakRssBytes = Math.max(peakRssBytes, treeRssBytes(child.pid));
  };
  const timer = isWatched ? setInterval(watch, POLL_MS) : undefined;
  const ended = new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      clearInterval(timer);
      resolve({ code, signal, seconds: (performance.now() - started) / 1000, peakRssBytes, stdout, stderr });
    });
  });
  return { child, ended, stdout: () => stdout, stderr: () => stderr, peakRssBytes: () => peakRssBytes };
}

/** Runs a process to its end. Throws when it fails. */
export async function runProcess(command, options) {
  const result = await startProcess(command, options).ended;
  if (result.code !== 0)
    throw new Error(`${command.join(' ')}: exit ${result.code ?? result.signal}\n${result.stderr}${result.stdout}`);
  return result;
}

/** Asks until the answer is 200. */
export async function untilReady(url, process, deadlineMs = 120_000) {
  const end = performance.now() + deadlineMs;
  while (performance.now() < end) {
    if (process.child.exitCode !== null) throw new Error(`it left with ${process.child.exitCode}\n${process.stderr()}`);
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${url} was not ready in time\n${process.stderr()}`);
}

function treeRssBytes(pid) {
  const children = new Map();
  const rss = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const parent = Number(fields[1]);
      rss.set(Number(entry), Number(fields[21]) * 4096);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // It ended meanwhile.
    }
  }
  const total = (id) => (rss.get(id) ?? 0) + (children.get(id) ?? []).reduce((sum, child) => sum + total(child), 0);
  return total(pid);
}
