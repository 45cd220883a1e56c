import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CliProcess, type CliResult, startCli } from '../../support/cli-process.ts';

const PRELOAD = new URL('./fault-preload.mjs', import.meta.url).href;

/** One command whose calls to the disk are counted. */
export interface Command {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Working directory; the plan counts calls below it. */
  readonly cwd: string;
  /** Which process of a node is killed. A killed child takes the node with it, as a machine that goes down would. */
  readonly in: 'main' | 'child';
  /** For a command that does not end by itself: resolves when it has done its work. */
  readonly untilDone?: ((running: CliProcess) => Promise<void>) | undefined;
}

/** A place to die: before the call of this number, or in the middle of it when it is a write. */
export interface KillPoint {
  readonly at: number;
  readonly tear: boolean;
}

export interface KilledRun {
  readonly result: CliResult;
  /** The call at which it died; undefined when it ended before. */
  readonly died: string | undefined;
}

/** All places to die of a command, by running it to its end once. */
export async function killPointsOf(command: Command, scratch: string): Promise<KillPoint[]> {
  const log = join(scratch, 'calls.log');
  rmSync(log, { force: true });
  const result = await run(command, { log });
  if (result.code !== 0) throw new Error(`the run without a fault failed: ${result.stderr}${result.stdout}`);
  const kinds = readFileSync(log, 'utf8').trim().split('\n');
  return kinds.flatMap((kind, index) => {
    const at = index + 1;
    return kind === 'write'
      ? [
          { at, tear: false },
          { at, tear: true },
        ]
      : [{ at, tear: false }];
  });
}

/** Runs a command and kills it at one place. */
export async function runKilled(command: Command, point: KillPoint, scratch: string): Promise<KilledRun> {
  const fired = join(scratch, 'fired');
  rmSync(fired, { force: true });
  const result = await run(command, { ...point, fired });
  return { result, died: existsSync(fired) ? readFileSync(fired, 'utf8') : undefined };
}

async function run({ args, env, cwd, in: where, untilDone }: Command, plan: object): Promise<CliResult> {
  const options = `--import ${PRELOAD}`;
  const FAULT_PLAN = JSON.stringify({ ...plan, in: where, root: cwd });
  const running = startCli(args, { cwd, env: { ...env, NODE_OPTIONS: options, FAULT_PLAN } });
  if (untilDone !== undefined) {
    // A process that was killed never gets there.
    await Promise.race([untilDone(running).catch(() => {}), running.ended]);
    running.kill('SIGTERM');
  }
  return await running.ended;
}
