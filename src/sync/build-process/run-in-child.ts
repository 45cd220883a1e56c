import { type ChildProcess, fork } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FactProgress } from '../../facts/fact-sink.ts';
import { TEMPORARY_PREFIX } from '../../generations/data-directory.ts';
import { BUILD_ID } from '../../util/build-id.ts';
import type { Clock } from '../../util/clock.ts';
import { giveWay } from './give-way.ts';
import { type FromChild, type Job, type JobResult, receiveError, type ToChild } from './job.ts';
import { deathOf } from './last-words.ts';
import { explainMissing } from './same-build.ts';

export interface ChildSpawn {
  /** The program of the child: `bin/build-process`. */
  readonly entry: URL;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Heap of the child; by default what a container of 256 MB has for it. */
  readonly heapMib?: number | undefined;
}

export interface ChildRun {
  readonly signal: AbortSignal;
  readonly progress?: FactProgress | undefined;
}

/** Heap of the child. What it builds lies outside of it; a policy or snapshot that needs more kills only the child. */
const HEAP_MIB = 64;
/** Each half of its young generation: with 16 it took 23 MB more and no less time, with 4 it took a sixth more time. */
const SEMI_SPACE_MIB = 8;

/** How long an aborted child may clean up before it is killed. */
const ABORT_GRACE_MS = 5_000;

/** The same for one that has answered: a lookup of a name, which nothing can abort, may keep it for half a minute. */
const ANSWERED_GRACE_MS = 1_000;

/**
 * A child that has said nothing for so many looks hangs: two minutes, longer than any turn of its event loop. Looks are
 * counted and not seconds, so a stopped machine finds nobody guilty when it goes on.
 */
const LOOK_MS = 5_000;
const LOOKS_UNTIL_HUNG = 24;

/** The end of what a child has said, in UTF-16 units: more than the engine says when it ends. */
const MAX_SAID = 8_000;

/**
 * Does a job in a process of its own, with a heap of its own and off the thread that answers requests. Throws what the
 * job throws, the signal's reason after an abort, or a plain Error when the child died. Resolves or rejects when the
 * child is gone, and then no unfinished work of it is left.
 */
export async function runInChild(job: Job, spawn: ChildSpawn, { signal, progress }: ChildRun): Promise<JobResult> {
  signal.throwIfAborted();
  const child = fork(spawn.entry, [], {
    execArgv: [`--max-old-space-size=${spawn.heapMib ?? HEAP_MIB}`, `--max-semi-space-size=${SEMI_SPACE_MIB}`],
    env: environmentOf(spawn.env),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  giveWay(child.pid);
  const gone = new AbortController();
  const killAfter = (graceMs: number) => void killLater(child, graceMs, { clock: spawn.clock, gone: gone.signal });
  const onAbort = () => {
    tell(child, { kind: 'abort' });
    killAfter(ABORT_GRACE_MS);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const grace = { clock: spawn.clock, gone: gone.signal };
    const outcome = converse(child, { ...grace, progress, onAnswer: () => killAfter(ANSWERED_GRACE_MS) });
    tell(child, { kind: 'run', job, build: BUILD_ID });
    return await outcome;
  } catch (error) {
    // A check leaves nothing, and may be made where somebody else writes.
    if (job.kind !== 'scrub') await removeUnfinished(job.directory);
    signal.throwIfAborted();
    throw explainMissing(error);
  } finally {
    gone.abort();
    signal.removeEventListener('abort', onAbort);
  }
}

/** Secrets of ours travel in the job; the rest of the environment may matter to TLS and DNS. */
function environmentOf(env: ChildSpawn['env']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('OSO_') && name !== 'NODE_OPTIONS'),
  );
}

function tell(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => {});
}

interface Grace {
  readonly clock: Clock;
  readonly gone: AbortSignal;
}

async function killLater(child: ChildProcess, graceMs: number, { clock, gone }: Grace): Promise<void> {
  await clock.sleep(graceMs, gone).then(
    () => child.kill('SIGKILL'),
    () => {},
  );
}

interface Conversation extends Grace {
  readonly progress: FactProgress | undefined;
  /** The child has no more to say. */
  readonly onAnswer: () => void;
}

/** Settles when the child has ended. */
function converse(child: ChildProcess, { progress, onAnswer, ...grace }: Conversation): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    let answer: FromChild | undefined;
    let silentLooks = 0;
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-MAX_SAID);
    });
    child.on('message', (message: FromChild) => {
      silentLooks = 0;
      if (message.kind === 'progress') progress?.(message.stage, message.done, message.total);
      if (message.kind === 'progress' || message.kind === 'alive') return;
      answer = message;
      onAnswer();
    });
    const hangs = () => {
      silentLooks += 1;
      return silentLooks >= LOOKS_UNTIL_HUNG;
    };
    untilHung(hangs, grace).then(
      () => {
        said = 'it hung';
        child.kill('SIGKILL');
      },
      () => {},
    );
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (answer?.kind === 'done') resolve(answer.result);
      else if (answer?.kind === 'failed') reject(receiveError(answer.error));
      else reject(deathOf(signal ?? `exit code ${code}`, said));
    });
  });
}

/** Rejects when the child is gone. */
async function untilHung(hangs: () => boolean, { clock, gone }: Grace): Promise<void> {
  do await clock.sleep(LOOK_MS, gone);
  while (!hangs());
}

/** A child that was killed could not clean up. One job runs at a time, so whatever is unfinished was its. */
async function removeUnfinished(directory: string): Promise<void> {
  const generations = join(directory, 'generations');
  const names = await readdir(generations).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(TEMPORARY_PREFIX)) continue;
    await rm(join(generations, name), { recursive: true, force: true }).catch(() => {});
  }
}
