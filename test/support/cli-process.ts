import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** The built command line; `npm test` builds it first. */
const ENTRY = fileURLToPath(new URL('../../dist/bin/oso-fallback.js', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** The whole environment besides PATH: nothing of this machine's leaks in. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: Uint8Array;
  /** Shell commands that the process begins with, such as `ulimit -n 64;`. */
  readonly shell?: string | undefined;
  /** Another place of the same program. */
  readonly entry?: string | undefined;
}

/** A command line that runs as its own process. Disposing ends it. */
export interface CliProcess extends AsyncDisposable {
  readonly pid: number;
  readonly ended: Promise<CliResult>;
  /** The first line of stdout, with `--json`, whose `event` is this. Rejects when the process ends without it. */
  event(name: string): Promise<Record<string, unknown>>;
  /** Resolves when stderr holds these words. Rejects when the process ends without them. */
  said(words: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

export function startCli(args: readonly string[], options: CliOptions = {}): CliProcess {
  const child: ChildProcessByStdio<import('node:stream').Writable, Readable, Readable> = spawn(
    ...commandLine(args, options),
    {
      env: { PATH: process.env['PATH'] ?? '', ...options.env },
      cwd: options.cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin);
  let stdout = '';
  let stderr = '';
  const waiting: (() => void)[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const check of waiting) check();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    for (const check of waiting) check();
  });
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  /** What `look` finds in the output, as soon as it is there. */
  function find<T>(what: string, look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = look();
        if (found !== undefined) resolve(found);
      };
      waiting.push(check);
      check();
      ended.then(
        ({ code, signal }) => reject(new Error(`ended with ${code ?? signal} before \`${what}\`\n${stdout}${stderr}`)),
        reject,
      );
    });
  }
  return {
    pid: child.pid ?? 0,
    ended,
    event: (name) => find(name, () => eventsIn(stdout).find((event) => event['event'] === name)),
    said: async (words) => {
      await find(words, () => stderr.includes(words) || undefined);
    },
    kill: (signal) => {
      child.kill(signal);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}

function commandLine(args: readonly string[], { shell, entry = ENTRY }: CliOptions): [string, string[]] {
  const [program, ...rest] = [process.execPath, entry, ...args];
  // The shell becomes the program, so that signals reach it.
  return shell === undefined ? [program, rest] : ['/bin/sh', ['-c', `${shell} exec "$@"`, 'sh', program, ...rest]];
}

/** Runs a command line to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return await startCli(args, options).ended;
}

/** Complete lines of stdout that are JSON objects. */
function eventsIn(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line): Record<string, unknown> => JSON.parse(line));
}
