import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/*
 * The load and the probes of a local server, each in a process of its own. Where there is `taskset`, the server has the
 * first core, and they have the second.
 */

/** What to send, whole, and over how many connections. */
export interface Load {
  readonly port: number;
  readonly request: string;
  readonly connections: number;
  readonly seconds: number;
  /** Requests that come whether or not others are answered; without it each connection asks as soon as it has its answer. */
  readonly perSecond?: number | undefined;
}

/** What came of a load. Times are those of the client, from the moment at which a request was due. */
export interface Outcome {
  /** By status. */
  readonly answers: Readonly<Record<number, { readonly count: number; readonly p99Ms: number }>>;
  /** Requests that met no free connection: the server has not heard of them. */
  readonly unsent: number;
  /** Requests whose connection ended. */
  readonly broken: number;
  readonly seconds: number;
  /** When, from the start, the last answer came that was not a 200 or was slow; 0 without one. */
  readonly lastTroubleMs: number;
  /** Processor time of the load: near `seconds`, the load was full as well. */
  readonly cpuSeconds: number;
}

export interface Probes {
  readonly count: number;
  /** Not answered, or not with 200. */
  readonly refused: number;
  readonly slowestMs: number;
}

export interface Rig extends Disposable {
  run(load: Load): Promise<Outcome>;
  /** The load, and what probes saw meanwhile over a connection that is kept and over new ones. */
  runProbed(load: Load): Promise<{ readonly outcome: Outcome; readonly kept: Probes; readonly fresh: Probes }>;
}

/** Pins the server too. Disposing ends the processes. */
export function createRig(serverPid: number): Rig {
  pin(serverPid, 0);
  const [load, prober] = [start('load-process.mjs'), start('probe-process.mjs')];
  const run = (what: Load) => ask<Outcome>(load, what);
  return {
    run,
    async runProbed(what) {
      await ask<'ready'>(prober, { port: what.port });
      const outcome = await run(what);
      return { outcome, ...(await ask<{ kept: Probes; fresh: Probes }>(prober, {})) };
    },
    [Symbol.dispose]() {
      for (const child of [load, prober]) child.kill();
    },
  };
}

function start(file: string): ChildProcess {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), { execArgv: [] });
  pin(child.pid, 1);
  return child;
}

/** Rejects when the process ends without an answer. */
function ask<T>(child: ChildProcess, question: object): Promise<T> {
  return new Promise((answered, failed) => {
    const ended = () => failed(new Error('the load or the probes ended'));
    child.once('exit', ended);
    child.once('message', (answer) => {
      child.off('exit', ended);
      answered(answer as T);
    });
    child.send(question);
  });
}

/** Without `taskset` the system decides. */
function pin(pid: number | undefined, core: number): void {
  spawnSync('taskset', ['-a', '-p', '-c', String(core), String(pid)]);
}
